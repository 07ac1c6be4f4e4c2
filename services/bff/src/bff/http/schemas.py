"""Schemas that several features share, and responses that are not validated again."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, TypedDict
from zoneinfo import ZoneInfo

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from bff.place_tree import Level, Place
from bff.time_grid import Interval, in_zone
from bff.units import UWH_EXPONENT, Exact, scaled

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
