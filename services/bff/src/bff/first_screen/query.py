"""The costs that the first screen of a place shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bff.calendar import Bucket, midnight, month_of
from bff.place_tree import Level
from bff.time_grid import Interval, in_zone, instant

type GroupLevel = Literal["room", "shelf", "device"]

INSIDE: Mapping[Level, GroupLevel | None] = {
    "house": "room",
    "room": "shelf",
    "shelf": "device",
    "device": None,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for `/cost` about a place."""

    from_: datetime
    to: datetime
    by: Bucket | None = None
    group_by: GroupLevel | None = None


def questions(level: Level, now: datetime, zone: ZoneInfo) -> Iterator[Asked]:
    """Return the questions of the page for this month, which the address need not name."""
    month = Interval(*month_of(now, zone))
    before = _month_before(month, now, zone)
    (start, end), (start_before, end_before) = (
        (in_zone(each.start_ms, zone), in_zone(each.end_ms, zone)) for each in (month, before)
    )
    inside = INSIDE[level]
    has_ranking = inside not in {None, "device"}
    yield Asked(start, end, group_by=inside)
    yield Asked(start, end, "day", inside)
    if has_ranking:
        yield Asked(start, end, group_by="device")
    if start_before < end_before:
        yield Asked(start_before, end_before, group_by=inside)
        yield Asked(start_before, end_before, "day")
        if has_ranking:
            yield Asked(start_before, end_before, group_by="device")
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    yield Asked(in_zone(midnight(today, zone), zone), in_zone(midnight(tomorrow, zone), zone))


def _month_before(month: Interval, now: datetime, zone: ZoneInfo) -> Interval:
    """Return as many days of the month before, to the same minute of the clock, as have passed."""
    last_before = instant(month.start_ms - 1)
    before = Interval(*month_of(last_before, zone))
    local = now.astimezone(zone)
    first = in_zone(before.start_ms, zone)
    until = datetime(first.year, first.month, 1, local.hour, local.minute, tzinfo=zone) + timedelta(
        days=local.day - 1
    )
    until_ms = int(until.timestamp()) * 1000
    return Interval(before.start_ms, min(until_ms, before.end_ms))
