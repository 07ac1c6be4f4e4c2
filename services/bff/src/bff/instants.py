"""Instants as the API takes them: RFC 3339 with an offset, to the millisecond."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

EXAMPLE = "2026-03-01T00:00:00+09:00"
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_AWARE = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,3})?([Zz]|[+-]\d\d:\d\d)")
_PLUS_LOST = re.compile(r".*[Tt]\d\d:\d\d.* \d\d:\d\d")


def _parse_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _AWARE.fullmatch(value):
        raise ValueError(_advice(str(value)))
    at = datetime.fromisoformat(value.upper())
    if not EARLIEST_YEAR < at.year < LATEST_YEAR:
        message = f"the year must lie between {EARLIEST_YEAR} and {LATEST_YEAR}"
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
