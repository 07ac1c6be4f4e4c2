"""Where each board was and when: what it measured then carries the labels of that place.

The configuration has the present place alone. When it changes, the place of before ends and the
new one begins; what arrives late keeps the place at which it was recorded. The first place of a
board begins before everything it ever measured. What it measured while it had no place belongs to
the next one, and is passed on from the database once there is one.
"""

import logging
import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Row, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from measurements.series import Measured, Placed, Point, encode_measurements
from measurements.tables import BOARDS, MEASUREMENTS, OUTBOX, PLACES, for_writing
from timeseries_io.outbox import count_waiting, enqueue

LOG = logging.getLogger(__name__)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ROWS_AT_ONCE = 1_000
# So much may wait for VictoriaMetrics before stored measurements are added to it.
MAX_WAITING_LINES = 2_000
IDLE_SECONDS = 10.0
BUSY_SECONDS = 0.2
# PostgreSQL's advisory lock of those who save the places of all boards.
PLACES_LOCK = 7_716_003

type Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a board was from an instant on; without labels it was nowhere."""

    since: datetime
    labels: Labels | None


def record_place(
    connection: Connection, device_id: str, labels: Labels | None, at: datetime
) -> Sequence[Place]:
    """Return the places of a board, oldest first; the present one is saved where it is new.

    Args:
        connection: In a transaction that excludes others for this board.
        device_id: The board.
        labels: Of the place in the configuration; None where there is none.
        at: Now.
    """
    query = select(PLACES.c.id, PLACES.c.since, PLACES.c.labels)
    rows = connection.execute(
        query.where(PLACES.c.device_id == device_id).order_by(PLACES.c.since, PLACES.c.id)
    ).all()
    places = [Place(row.since, row.labels) for row in rows]
    present = places[-1].labels if places else None
    if labels == present:
        return places
    if labels is not None and present is None:
        since = places[-1].since if places else BEGINNING
        _begin_after_nowhere(connection, device_id, rows[-1].id if rows else None, since, labels)
        return [*places[:-1], Place(since, labels)]
    row = {"device_id": device_id, "since": at, "labels": labels}
    connection.execute(insert(PLACES), row)
    return [*places, Place(at, labels)]


def _begin_after_nowhere(
    connection: Connection, device_id: str, nowhere: int | None, since: datetime, labels: Labels
) -> None:
    of_device = MEASUREMENTS.c.device_id == device_id
    last_id = connection.execute(select(func.max(MEASUREMENTS.c.id)).where(of_device)).scalar()
    values = {"labels": labels, "next_id": None if last_id is None else 0, "last_id": last_id}
    if nowhere is None:
        row = {"device_id": device_id, "since": since, **values}
        connection.execute(insert(PLACES), row)
    else:
        connection.execute(update(PLACES).where(PLACES.c.id == nowhere).values(values))


def lines_by_place(
    places: Sequence[Place], measurements: Sequence[Measured], energy: Sequence[Point] = ()
) -> list[str]:
    """Return lines for the import of VictoriaMetrics, each with the place of its instants."""
    if len(places) == 1 and places[0].since == BEGINNING and places[0].labels is not None:
        return encode_measurements(places[0].labels, measurements, energy)
    starts = [place.since for place in places]
    here: dict[int, list[Measured]] = defaultdict(list)
    points: dict[int, list[Point]] = defaultdict(list)
    for one in measurements:
        here[bisect_right(starts, one.recorded_at) - 1].append(one)
    for point in energy:
        points[bisect_right(starts, point[0]) - 1].append(point)
    return [
        line
        for number, place in enumerate(places)
        if place.labels is not None
        for line in encode_measurements(place.labels, here[number], points[number])
    ]


def follow_places(
    engine: Engine,
    placed: Callable[[], Mapping[str, Placed]],
    now: Callable[[], datetime],
    stop: threading.Event,
) -> None:
    """Save the places of all boards whenever they change, until `stop` is set.

    What a board measured before it had a place is passed on meanwhile, some at a time.
    """
    saved: Mapping[str, Placed] | None = None
    while not stop.is_set():
        wait_seconds = IDLE_SECONDS
        try:
            if (current := placed()) != saved:
                record_places(engine, current, now())
                saved = current
            if pass_on_stored(engine, now()):
                wait_seconds = BUSY_SECONDS
        except SQLAlchemyError as error:
            LOG.warning("places of boards are not saved, and saved later: %s", error)
        stop.wait(wait_seconds)


def record_places(engine: Engine, placed: Mapping[str, Placed], at: datetime) -> None:
    """Save the present places of all boards."""
    with for_writing(engine).begin() as connection:
        _wait_for_others(connection)
        before = connection.execute(select(PLACES.c.device_id).distinct()).scalars().all()
        for device_id in sorted({*before, *placed}):
            # As a request does: nothing of this board is stored meanwhile.
            locked = select(BOARDS.c.device_id).where(BOARDS.c.device_id == device_id)
            connection.execute(locked.with_for_update())
            labels = placed[device_id].labels if device_id in placed else None
            record_place(connection, device_id, labels, at)


def _wait_for_others(connection: Connection) -> None:
    """A board that never sent anything has no row to lock; on SQLite the transaction excludes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PLACES_LOCK})


def pass_on_stored(engine: Engine, at: datetime) -> bool:
    """Enqueue some of the measurements that were stored before their board had a place.

    Returns:
        Whether there are more.
    """
    with for_writing(engine).begin() as connection:
        pending = select(PLACES).where(PLACES.c.next_id.is_not(None)).order_by(PLACES.c.id)
        # On PostgreSQL another process may be at the same place: it goes on there alone.
        pending = pending.limit(1).with_for_update(skip_locked=True)
        place = connection.execute(pending).one_or_none()
        if place is None:
            return False
        if count_waiting(connection, OUTBOX).lines > MAX_WAITING_LINES:
            return True
        rows = _select_stored(connection, place)
        lines = encode_measurements(place.labels, rows, ())
        enqueue(connection, OUTBOX, lines, at)
        next_id = rows[-1].id + 1 if len(rows) == ROWS_AT_ONCE else None
        of_place = update(PLACES).where(PLACES.c.id == place.id)
        connection.execute(of_place.values(next_id=next_id))
    if next_id is None:
        LOG.info("%s: all that was stored before it had a place is passed on", place.device_id)
    return True


def _select_stored(connection: Connection, place: Row) -> Sequence[Row]:
    columns = MEASUREMENTS.c
    later = select(func.min(PLACES.c.since)).where(
        PLACES.c.device_id == place.device_id, PLACES.c.since > place.since
    )
    end = connection.execute(later).scalar()
    query = select(MEASUREMENTS).where(
        columns.device_id == place.device_id,
        columns.id.between(place.next_id, place.last_id),
        columns.recorded_at >= place.since,
    )
    if end is not None:
        query = query.where(columns.recorded_at < end)
    return connection.execute(query.order_by(columns.id).limit(ROWS_AT_ONCE)).all()
