"""Hours, days and months of the house, in Unix milliseconds. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from bff.time_grid import instant, unix_milliseconds

type Bucket = Literal["hour", "day", "month"]

HOUR_MILLISECONDS = 3_600_000
# Never longer than the bucket really is, so that a count of buckets is never too low.
MIN_MILLISECONDS: dict[Bucket, int] = {
    "hour": HOUR_MILLISECONDS // 2,
    "day": 22 * HOUR_MILLISECONDS,
    "month": 27 * 24 * HOUR_MILLISECONDS,
}


def bucket_edges(from_ms: int, to_ms: int, bucket: Bucket, zone: ZoneInfo) -> list[int]:
    """Return `from_ms`, every start of a bucket after it and before `to_ms`, and `to_ms`."""
    first = instant(from_ms).astimezone(zone).date()
    match bucket:
        case "month":
            starts = _month_starts(first.replace(day=1), zone)
        case "day":
            starts = _day_starts(first, zone)
        case "hour":
            starts = _hour_starts(first, zone)
    inside = []
    for start in starts:
        if start >= to_ms:
            break
        if start > from_ms:
            inside.append(start)
    return [from_ms, *inside, to_ms]


def month_of(at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Return the house's month of `at`, as Unix milliseconds [from, to)."""
    first = at.astimezone(zone).date().replace(day=1)
    return midnight(first, zone), midnight(_next_month(first), zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the start of a day of the house; a midnight that the clocks skip is when they jump."""
    return unix_milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _month_starts(first: date, zone: ZoneInfo) -> Iterator[int]:
    while True:
        yield midnight(first, zone)
        first = _next_month(first)


def _day_starts(day: date, zone: ZoneInfo) -> Iterator[int]:
    before = None
    while True:
        start = midnight(day, zone)
        if start != before:  # Samoa had no 30 December 2011
            yield start
        before, day = start, day + timedelta(days=1)


def _hour_starts(day: date, zone: ZoneInfo) -> Iterator[int]:
    # Counted from midnight: an hour that the clocks repeat is two hours.
    for start, end in pairwise(_day_starts(day, zone)):
        yield from range(start, end, HOUR_MILLISECONDS)
