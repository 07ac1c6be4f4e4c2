"""How many measurements arrived parsed, and how many raw, by board and day of the home.

A board, or a service before this one, may send every body to `/api/raw-measurements` besides. What
is there and not among the measurements was lost on the way to them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from measurements.retention import bounds_of_day
from measurements.store import CONFLICT, UNPLACED
from measurements.tables import MEASUREMENTS, RAW

# What a reason of a raw row counts as; without one it was sent to be kept raw.
NAMES: Mapping[str, str] = {"": "raw", CONFLICT: "conflicts", UNPLACED: "unplaced"}


@dataclass(frozen=True, slots=True)
class DayCount:
    """What arrived of one board on one day of the home.

    Attributes:
        parsed: Measurements that were stored.
        raw: Measurements in bodies that were sent to be kept raw; one that came twice is one.
        conflicts: Kept raw, since another has their identity.
        unplaced: Kept raw, since they are of an earlier start without a clock.
    """

    device_id: str
    day: date
    parsed: int = 0
    raw: int = 0
    conflicts: int = 0
    unplaced: int = 0

    @property
    def missing(self) -> int:
        """How many arrived raw alone."""
        return max(0, self.raw - self.parsed - self.conflicts - self.unplaced)


def select_day_counts(
    connection: Connection, zone: ZoneInfo, first: date, last: date
) -> Iterator[DayCount]:
    """Yield the counts of each day, first and last included, by board; days without any are not."""
    for number in range((last - first).days + 1):
        yield from _of_day(connection, zone, first + timedelta(days=number))


def _of_day(connection: Connection, zone: ZoneInfo, day: date) -> Iterator[DayCount]:
    start, end = bounds_of_day(zone, day)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for device_id, count in connection.execute(_parsed(start, end)):
        found[device_id]["parsed"] = count
    for device_id, reason, count in connection.execute(_raw(connection, start, end)):
        if (name := NAMES.get(reason)) is not None:
            found[device_id][name] = int(count)
    for device_id, counts in sorted(found.items()):
        yield DayCount(device_id, day, **counts)


def _parsed(start: datetime, end: datetime) -> Select[str, int]:
    columns = MEASUREMENTS.c
    return (
        select(columns.device_id, func.count())
        .where(columns.received_at >= start, columns.received_at < end)
        .group_by(columns.device_id)
    )


def _raw(connection: Connection, start: datetime, end: datetime) -> Select[str, str, int]:
    columns = RAW.c
    different = (
        select(columns.device_id, columns.reason, columns.payload)
        .where(columns.received_at >= start, columns.received_at < end)
        .distinct()
        .subquery()
    )
    size = _size(different.c.payload, is_postgresql=connection.dialect.name == "postgresql")
    return select(different.c.device_id, different.c.reason, func.sum(size)).group_by(
        different.c.device_id, different.c.reason
    )


def _size(payload: ColumnElement[Any], *, is_postgresql: bool) -> ColumnElement[int]:
    """Return how many measurements a body has: those of an array, else one."""
    if is_postgresql:
        is_array, length = func.jsonb_typeof(payload) == "array", func.jsonb_array_length(payload)
    else:
        is_array, length = func.json_type(payload) == "array", func.json_array_length(payload)
    return case((is_array, length), else_=1)
