"""The costs that the first screen of a place shows."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bff.cost.query import CostQuery
from bff.register.register import Level, Place
from bff.time_grid import Interval, instant, midnight, month_earlier, month_of

INSIDE: Mapping[Level, Level | None] = {
    "house": "room",
    "room": "shelf",
    "shelf": "device",
    "device": None,
}


def questions(place: Place, now: datetime, zone: ZoneInfo) -> Iterator[CostQuery]:
    """Return the questions of the page for this month, which the address need not name."""
    month = Interval(*month_of(now, zone))
    before = _month_before(month, now, zone)
    inside = INSIDE[place.level]
    has_ranking = inside not in {None, "device"}
    yield CostQuery(place, month.start_ms, month.end_ms, group_by=inside)
    yield CostQuery(place, month.start_ms, month.end_ms, "day", inside)
    if has_ranking:
        yield CostQuery(place, month.start_ms, month.end_ms, group_by="device")
    if before.start_ms < before.end_ms:
        yield CostQuery(place, before.start_ms, before.end_ms, group_by=inside)
        yield CostQuery(place, before.start_ms, before.end_ms, "day")
        if has_ranking:
            yield CostQuery(place, before.start_ms, before.end_ms, group_by="device")
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    yield CostQuery(place, midnight(today, zone), midnight(tomorrow, zone))


def _month_before(month: Interval, now: datetime, zone: ZoneInfo) -> Interval:
    """Return as much of the month before as has passed of this one."""
    start_ms, _ = month_of(instant(month.start_ms - 1), zone)
    return Interval(start_ms, month_earlier(now, zone))
