"""Select stored measurements, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select, tuple_

from measurements.tables import MEASUREMENTS


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last measurement of a page; the next page begins behind it."""

    recorded_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which measurements: of one board or all, in [start, end)."""

    device_id: str | None
    start: datetime | None
    end: datetime | None


def select_page(
    connection: Connection, selection: Selection, after: Cursor | None, max_rows: int
) -> list[Row]:
    """Return the measurements in the order of their instants, at most `max_rows`."""
    columns = MEASUREMENTS.c
    query = select(MEASUREMENTS).order_by(columns.recorded_at, columns.id).limit(max_rows)
    if selection.device_id is not None:
        query = query.where(columns.device_id == selection.device_id)
    if selection.start is not None:
        query = query.where(columns.recorded_at >= selection.start)
    if selection.end is not None:
        query = query.where(columns.recorded_at < selection.end)
    if after is not None:
        place = tuple_(columns.recorded_at, columns.id)
        query = query.where(place > (after.recorded_at, after.id))
    return list(connection.execute(query))
