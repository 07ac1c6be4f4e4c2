"""Parameters, schemas and responses that several features share.

Instants are RFC 3339 with offset, to the millisecond.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, TypedDict
from zoneinfo import ZoneInfo

import orjson
from fastapi import Path, Query, Response
from fastapi.openapi.models import Example
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bff.energy import UWH_EXPONENT, Exact, scaled
from bff.register.register import Level, Place
from bff.time_grid import Interval, in_zone

EXAMPLE = "2026-03-01T00:00:00+09:00"
MIN_YEAR, MAX_YEAR = 1970, 2200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_AWARE = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,3}0*)?([Zz]|[+-]\d\d:\d\d)")
_PLUS_LOST = re.compile(r".*[Tt]\d\d:\d\d.* \d\d:\d\d")


def _parse_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _AWARE.fullmatch(value):
        raise ValueError(_advice(str(value)))
    at = datetime.fromisoformat(value.upper())
    if not MIN_YEAR < at.year < MAX_YEAR:
        message = f"the year must lie between {MIN_YEAR} and {MAX_YEAR}"
        raise ValueError(message)
    return at


def _advice(text: str) -> str:
    if _PLUS_LOST.fullmatch(text):
        return "in an address the + of the offset is written %2B"
    if _NAIVE.fullmatch(text):
        return f"an instant needs its time and offset, or it could mean any zone: {EXAMPLE}"
    return f"write an instant of RFC 3339 with offset, at most milliseconds: {EXAMPLE}"


Instant = Annotated[
    datetime,
    BeforeValidator(_parse_instant),
    Field(description="RFC 3339 with offset.", examples=[EXAMPLE]),
]


def _parse_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        message = "write a day as 2026-03-01"
        raise ValueError(message)
    return date.fromisoformat(value)


# A number is no day: it would be taken for Unix time.
Day = Annotated[date, BeforeValidator(_parse_day)]
DeviceId = Annotated[
    str, Path(description="A device of the configuration file.", examples=["server"])
]
PriceId = Annotated[int, Path(description="The id of a unit price.", examples=[3])]

MARCH: dict[str, Example] = {"March in Tokyo": {"value": "2026-03-01T00:00:00+09:00"}}
APRIL: dict[str, Example] = {"April in Tokyo": {"value": "2026-04-01T00:00:00+09:00"}}

From = Annotated[
    Instant, Query(alias="from", description="The first instant.", openapi_examples=MARCH)
]
To = Annotated[Instant, Query(description="The first instant after it.", openapi_examples=APRIL)]
Room = Annotated[str | None, Query(description="Only this room.", examples=["study"])]
Shelf = Annotated[
    str | None,
    Query(description="Only this shelf; with its room where two have one.", examples=["rack_1"]),
]
OneDevice = Annotated[str | None, Query(description="Only this device.", examples=["server"])]


# An instant of RFC 3339, of responses with thousands of them.
InstantText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Span(BaseModel):
    """A half-open interval."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: datetime = Field(alias="from", examples=["2026-03-01T00:00:00+09:00"])
    to: datetime = Field(examples=["2026-04-01T00:00:00+09:00"])


class PlaceRef(TypedDict):
    """A place by its path; the levels below it are null."""

    level: Level
    room: Annotated[str | None, Field(examples=["study"])]
    shelf: Annotated[str | None, Field(examples=["rack_1"])]
    device: Annotated[str | None, Field(examples=[None])]


def place_ref(place: Place) -> PlaceRef:
    """Return the reference of a place."""
    return {
        "level": place.level,
        "room": place.room,
        "shelf": place.shelf,
        "device": place.device,
    }


class CounterReading(BaseModel):
    """The value of a counter at an instant."""

    at: datetime
    kwh: Exact = Field(examples=["5002.6"])


def span(interval: Interval, zone: ZoneInfo) -> Span:
    """Return an interval in the house's time zone."""
    return Span(from_=in_zone(interval.start_ms, zone), to=in_zone(interval.end_ms, zone))


def counter_reading(at_ms: int, uwh: int, zone: ZoneInfo) -> CounterReading:
    """Return a counter's value, exact and in the house's time zone."""
    return CounterReading(at=in_zone(at_ms, zone), kwh=scaled(uwh, UWH_EXPONENT))


@lru_cache(maxsize=2048)  # two months by hour, whose edges are the same in each response
def instant_text(at_ms: int, zone: ZoneInfo) -> InstantText:
    """Return an instant in the house's time zone, in the form that pydantic writes."""
    text = in_zone(at_ms, zone).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def json_response(content: object) -> Response:
    """Return a response with dicts and lists as they are, and the models among them as JSON."""
    return Response(
        orjson.dumps(content, default=_model, option=orjson.OPT_UTC_Z),
        media_type="application/json",
    )


def _model(value: object) -> orjson.Fragment:
    if isinstance(value, BaseModel):
        return orjson.Fragment(value.model_dump_json(by_alias=True))
    raise TypeError(value)
