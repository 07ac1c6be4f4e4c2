"""Parameters that several routes take: instants (RFC 3339 with offset, to the millisecond), ids."""

import re
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from fastapi.openapi.models import Example
from pydantic import BeforeValidator, Field

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
