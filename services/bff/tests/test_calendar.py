"""Hours, days and months of the house's zone."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bff.time_grid import (
    HOUR_MILLISECONDS,
    Bucket,
    bucket_edges,
    in_zone,
    month_earlier,
    month_of,
    unix_milliseconds,
)


def edges(zone: str, first: str, last: str, bucket: Bucket) -> list[int]:
    """Bucket edges between two wall clock times of a zone."""
    at = ZoneInfo(zone)
    from_ms, to_ms = (
        unix_milliseconds(datetime.fromisoformat(text).replace(tzinfo=at)) for text in (first, last)
    )
    return bucket_edges(from_ms, to_ms, bucket, at)


def hours(zone: str, first: str, last: str, bucket: Bucket) -> list[float]:
    """How long each bucket is, in hours."""
    found = edges(zone, first, last, bucket)
    return [(end - start) / HOUR_MILLISECONDS for start, end in pairwise(found)]


@pytest.mark.parametrize(
    ("zone", "first", "last", "expected"),
    [
        ("Asia/Tokyo", "2026-03-28", "2026-03-31", [24, 24, 24]),
        ("Europe/Berlin", "2026-03-28", "2026-03-31", [24, 23, 24]),
        ("Europe/Berlin", "2026-10-24", "2026-10-27", [24, 25, 24]),
        ("Australia/Lord_Howe", "2026-04-04", "2026-04-06", [24, 24.5]),
        ("America/Santiago", "2026-09-05", "2026-09-07", [24, 23]),  # midnight does not exist
        ("Pacific/Apia", "2011-12-29", "2012-01-01", [24, 24]),  # no 30 December
    ],
)
def test_days_are_as_long_as_the_clocks_make_them(
    zone: str, first: str, last: str, expected: list[float]
) -> None:
    """A day lasts from midnight to midnight of the house."""
    assert hours(zone, first, last, "day") == expected


def test_hours_are_counted_through_a_change_of_clocks() -> None:
    """25 hours of the day on which one hour comes twice; 23 of the other."""
    assert hours("Europe/Berlin", "2026-10-25", "2026-10-26", "hour") == [1] * 25
    assert hours("Europe/Berlin", "2026-03-29", "2026-03-30", "hour") == [1] * 23


def test_hours_of_a_zone_with_half_an_offset_begin_at_its_own_full_hours() -> None:
    """In India they begin at half past in UTC."""
    first, *_ = edges("Asia/Kolkata", "2026-03-01T00:00", "2026-03-01T02:00", "hour")
    assert datetime.fromtimestamp(first / 1000, UTC).minute == 30


def test_the_first_and_last_bucket_are_cut_by_the_range() -> None:
    """The buckets of an answer together are exactly the range."""
    assert hours("Asia/Tokyo", "2026-01-31T18:00", "2026-03-01T06:00", "month") == [6, 28 * 24, 6]


def test_the_month_of_an_instant_is_the_houses() -> None:
    """In UTC it is still February."""
    at = datetime(2026, 2, 28, 15, 0, tzinfo=UTC)
    march, april = month_of(at, ZoneInfo("Asia/Tokyo"))
    assert march == unix_milliseconds(at)
    assert (april - march) / HOUR_MILLISECONDS == 31 * 24


@pytest.mark.parametrize(
    ("zone", "now", "earlier"),
    [
        ("Asia/Tokyo", "2026-11-28T14:05:33+09:00", "2026-10-28T14:05:00+09:00"),
        ("Asia/Tokyo", "2026-03-30T10:00:00+09:00", "2026-03-01T00:00:00+09:00"),
        ("Asia/Tokyo", "2026-01-01T00:00:10+09:00", "2025-12-01T00:00:00+09:00"),
        ("Europe/Berlin", "2026-04-15T12:00:00+02:00", "2026-03-15T12:00:00+01:00"),
    ],
)
def test_a_month_earlier_is_the_same_day_and_minute(zone: str, now: str, earlier: str) -> None:
    """By the clock on the wall, and within that month."""
    at = ZoneInfo(zone)
    found_ms = month_earlier(datetime.fromisoformat(now), at)
    assert in_zone(found_ms, at) == datetime.fromisoformat(earlier)
