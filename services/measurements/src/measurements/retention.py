"""Remove days that the archive has, so that the database does not grow for ever.

A day is that of the home's time zone, as the archive cuts it: measurements by `recorded_at`, raw
bodies by `received_at`. It is removed when its Parquet file is byte for byte what the manifest
beside it describes, with exactly as many rows as there are here. Rows are never changed, so as many
rows are the same rows; one that came late makes the day wait for the archive's next run.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Column, Connection, Table, delete, func, select

from measurements.tables import MEASUREMENTS, RAW

# As services/archive writes them.
DATASET, DATA, MANIFEST = "raw_measurements", "data.parquet", "_manifest.json"
DATED: tuple[tuple[Table, Column[Any]], ...] = (
    (MEASUREMENTS, MEASUREMENTS.c.recorded_at),
    (RAW, RAW.c.received_at),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is old enough to be removed.

    Attributes:
        rows: How many there are here.
        archived_rows: How many the archive has; None where its file is not there or not intact.
    """

    day: date
    rows: int
    archived_rows: int | None

    @property
    def is_archived(self) -> bool:
        """Whether the archive has exactly the rows that are here."""
        return self.archived_rows == self.rows


def old_days(
    connection: Connection, zone: ZoneInfo, today: date, keep_days: int, archive: Path
) -> Iterator[Day]:
    """Yield the days before the last `keep_days` that have rows, oldest first."""
    day = _first_day(connection, zone)
    while day is not None and day < today - timedelta(days=keep_days):
        if rows := _count(connection, zone, day):
            yield Day(day, rows, _archived_rows(archive / DATASET / f"dt={day}"))
        day += timedelta(days=1)


def remove_day(connection: Connection, zone: ZoneInfo, day: date) -> None:
    """Remove the rows of a day."""
    start, end = bounds_of_day(zone, day)
    for table, instant in DATED:
        connection.execute(delete(table).where(instant >= start, instant < end))


def _first_day(connection: Connection, zone: ZoneInfo) -> date | None:
    first = [connection.execute(select(func.min(instant))).scalar() for _, instant in DATED]
    return min((at.astimezone(zone).date() for at in first if at is not None), default=None)


def _count(connection: Connection, zone: ZoneInfo, day: date) -> int:
    start, end = bounds_of_day(zone, day)
    return sum(
        connection.execute(
            select(func.count()).select_from(table).where(instant >= start, instant < end)
        ).scalar_one()
        for table, instant in DATED
    )


def bounds_of_day(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Return the start of a day of the home and that of the next one, in UTC."""
    start, end = (
        datetime.combine(each, time(), zone).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    return start, end


def _archived_rows(folder: Path) -> int | None:
    """Return the rows of the manifest that describes the file as it is."""
    try:
        versions = orjson.loads((folder / MANIFEST).read_bytes())["versions"]
        with (folder / DATA).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return next((each["rows"] for each in versions if each["sha256"] == digest), None)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
