"""Instants and intervals, the UTC grid of energy's days and slots, the house's calendar. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
SLOT_MS = 900_000
SLOTS_PER_DAY = DAY_MS // SLOT_MS
# Later than any instant.
FAR_FUTURE_MS = 2**53
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Returns the present instant; tests pass their own.
type Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open interval [start, end) in Unix milliseconds."""

    start_ms: int
    end_ms: int


def unix_milliseconds(at: datetime) -> int:
    """Convert an instant to whole milliseconds since 1970, without a float in between."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def instant(unix_milliseconds: int) -> datetime:
    """Convert Unix milliseconds to an instant in UTC."""
    return EPOCH + timedelta(milliseconds=unix_milliseconds)


def in_zone(at_ms: int, zone: ZoneInfo) -> datetime:
    """Convert Unix milliseconds to an instant in the house's time zone."""
    # Half the time of `instant`; a float is exact to the microsecond until long after 9999.
    return datetime.fromtimestamp(at_ms / 1000, zone)


def day_start(at_ms: int) -> int:
    """Return the start of the UTC day of an instant, Unix milliseconds."""
    return at_ms // DAY_MS * DAY_MS


def runs_of_days(days_ms: Sequence[int]) -> list[Interval]:
    """Return the runs of neighbouring days among the sorted starts of UTC days."""
    if not days_ms:
        return []
    days = np.array(days_ms, dtype=np.int64)
    gaps = np.flatnonzero(np.diff(days) > DAY_MS)
    first_ms = [days_ms[0], *days[gaps + 1].tolist()]
    last_ms = [*days[gaps].tolist(), days_ms[-1]]
    return [Interval(first, last + DAY_MS) for first, last in zip(first_ms, last_ms, strict=True)]


def slot_start(at_ms: int) -> int:
    """Return the start of the slot of an instant, Unix milliseconds."""
    return at_ms // SLOT_MS * SLOT_MS


def slot_edges(start_ms: int, end_ms: int) -> NDArray[np.int64]:
    """Return all slot edges from `start_ms` to `end_ms`, both on the grid and both included."""
    return np.arange(start_ms, end_ms + 1, SLOT_MS, dtype=np.int64)


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


def month_earlier(at: datetime, zone: ZoneInfo) -> int:
    """Return when as much of the month before had passed as has of this one, Unix milliseconds.

    By days and the minute of the clock on the wall; the end of a month that is shorter.
    """
    local = at.astimezone(zone)
    end = local.date().replace(day=1)
    first = (end - timedelta(days=1)).replace(day=1)
    day = first + timedelta(days=local.day - 1)
    minute = datetime(day.year, day.month, day.day, local.hour, local.minute, tzinfo=zone)
    return min(unix_milliseconds(minute), midnight(end, zone))


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
