"""Save the measurements of one request in one transaction, each of them once.

Identity: device, `recordedAt`, and start and number where the board sends them. A number of the
same start within a day of another with the same values is the same measurement too, for a board
that corrected its clock before it sent it again. Other values for the same identity are a conflict:
the first stays, the other is kept raw.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import batched

import orjson
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from measurements.parse import MAX_AHEAD, BoardClock, Measurement, Unplaced
from measurements.places import lines_by_place, record_place
from measurements.series import Energy, Placed, Point, count_energy
from measurements.tables import BOARDS, MEASUREMENTS, OUTBOX, RAW
from timeseries_io.outbox import enqueue

# SQLite takes 32,766 parameters in a statement.
ROWS_PER_QUERY = 10_000
MAX_SPARSENESS = 2
SAME_NUMBER = timedelta(days=1)
CONFLICT = "another measurement has its identity"
_IDENTITY = tuple(MEASUREMENTS.c[name] for name in ("recorded_at", "boot", "seq", "checksum"))
_INSERTED = (
    "device_id", "recorded_at", "received_at", "boot", "seq", "temperature", "humidity",
    "voltage_v", "current_ma", "power_mw", "payload", "checksum",
)  # fmt: skip
UNPLACED = "of an earlier start without a clock"


type _Key = datetime | tuple[int, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brings.

    Attributes:
        measurements: All of one board, in the order of the body.
        unplaced: Those of this board that have no instant.
        received_at: When it arrived.
        clock: The board's, when it sent.
        report: What the board reports of itself.
    """

    device_id: str
    measurements: Sequence[Measurement]
    unplaced: Sequence[Unplaced]
    received_at: datetime
    clock: BoardClock
    report: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a batch.

    Attributes:
        new: Stored.
        duplicates: Already there, with the same values.
        conflicts: Another with their identity is there; kept raw.
        unplaced: Of an earlier start without a clock; kept raw.
    """

    received: int = 0
    new: int = 0
    duplicates: int = 0
    conflicts: int = 0
    unplaced: int = 0


def save_batch(
    connection: Connection, batch: Batch, placed: Placed | None, *, passes_on: bool
) -> Counts:
    """Save a batch, what VictoriaMetrics is to get of it, and what is known of its board.

    Args:
        connection: In a transaction, on SQLite one that excludes other writers.
        batch: What arrived.
        placed: Where the configuration places the board, if it does.
        passes_on: Whether there is a VictoriaMetrics.
    """
    board = _lock_board(connection, batch)
    labels = None if placed is None else placed.labels
    places = record_place(connection, batch.device_id, labels, batch.received_at)
    sorting = _Sorting(connection, batch.device_id)
    for some in batched(batch.measurements, ROWS_PER_QUERY, strict=False):
        sorting.add(some)
    _insert(connection, sorting.new, batch.received_at)
    for some, reason in ((sorting.conflicts, CONFLICT), (batch.unplaced, UNPLACED)):
        documents = [one.document for one in some]
        save_raw(connection, batch.device_id, documents, batch.received_at, reason)
    counts = Counts(
        received=len(batch.measurements) + len(batch.unplaced),
        new=len(sorting.new),
        duplicates=sorting.duplicates,
        conflicts=len(sorting.conflicts),
        unplaced=len(batch.unplaced),
    )
    new = [one for one, _ in sorting.new]
    energy, points = _count_energy(_placed_in_time(board, batch.received_at), new, placed)
    if passes_on:
        lines = lines_by_place(places, new, points)
        enqueue(connection, OUTBOX, lines, batch.received_at)
    _save_board(connection, batch, board, counts, energy)
    return counts


def save_raw(
    connection: Connection,
    device_id: str,
    documents: Sequence[object],
    received_at: datetime,
    reason: str = "",
) -> None:
    """Keep JSON as it arrived."""
    rows = [
        {"device_id": device_id, "received_at": received_at, "reason": reason, "payload": each}
        for each in documents
    ]
    if rows:
        connection.execute(insert(RAW), rows)


def _lock_board(connection: Connection, batch: Batch) -> Row:
    """Return the board's row; other writers for this board wait until the transaction ends."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"device_id": batch.device_id, "last_arrival_at": batch.received_at}
    new = dialect.insert(BOARDS).values(row)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[BOARDS.c.device_id], set_={"last_arrival_at": batch.received_at}
        )
    )
    query = select(BOARDS).where(BOARDS.c.device_id == batch.device_id)
    return connection.execute(query).one()


class _Sorting:
    """Tells measurements that are new from those that are there already."""

    def __init__(self, connection: Connection, device_id: str) -> None:
        self._connection, self._device_id = connection, device_id
        self._known: dict[_Key, list[tuple[datetime, int | None]]] = {}
        # With their checksums, which are not made twice.
        self.new: list[tuple[Measurement, int]] = []
        self.conflicts: list[Measurement] = []
        self.duplicates = 0

    def add(self, measurements: Sequence[Measurement]) -> None:
        """Sort some measurements, after all that were added before."""
        of_device = MEASUREMENTS.c.device_id == self._device_id
        for condition in _may_be_same(measurements):
            query = select(*_IDENTITY).where(of_device, condition)
            for row in self._connection.execute(query):
                known = self._known.setdefault(_key(row.recorded_at, row.boot, row.seq), [])
                if (found := (row.recorded_at, row.checksum)) not in known:
                    known.append(found)
        for one in measurements:
            self._add(one, one.recorded_at, one.checksum)

    def _add(self, one: Measurement, at: datetime, checksum: int) -> None:
        known = self._known.setdefault(_key(at, one.boot, one.seq), [])
        same_instant = [other for known_at, other in known if known_at == at]
        if same_instant and same_instant[0] not in {None, checksum}:
            self.conflicts.append(one)
        elif same_instant or any(
            abs(known_at - at) <= SAME_NUMBER and other == checksum for known_at, other in known
        ):
            self.duplicates += 1
        else:
            self.new.append((one, checksum))
            known.append((at, checksum))


def _key(at: datetime, boot: int | None, seq: int | None) -> _Key:
    """Return what two measurements have in common that may be the same."""
    return at if boot is None or seq is None else (boot, seq)


def _may_be_same(measurements: Sequence[Measurement]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions for the rows that may be the same as some of these measurements.

    One for each start: SQLite searches its index for neither pairs nor alternatives.
    """
    columns = MEASUREMENTS.c
    numbers = defaultdict[int, list[int]](list)
    for one in measurements:
        if one.boot is not None and one.seq is not None:
            numbers[one.boot].append(one.seq)
    instants = [one.recorded_at for one in measurements if one.boot is None]
    if instants:
        yield columns.boot.is_(None) & columns.recorded_at.in_(instants)
    for boot, seqs in numbers.items():
        first, last = min(seqs), max(seqs)
        # Mostly they follow one another; a range has two parameters and not hundreds.
        is_dense = last - first < MAX_SPARSENESS * len(seqs)
        found = columns.seq.between(first, last) if is_dense else columns.seq.in_(seqs)
        yield (columns.boot == boot) & found


def _insert(
    connection: Connection, measurements: Sequence[tuple[Measurement, int]], received_at: datetime
) -> None:
    """Insert rows by the driver itself: SQLAlchemy converts every value of every row again."""
    convert = _write_instant if connection.dialect.name == "sqlite" else _keep_instant
    received = convert(received_at)
    rows = [
        (
            one.device_id,
            convert(one.recorded_at),
            received,
            one.boot,
            one.seq,
            one.temperature,
            one.humidity,
            one.voltage_v,
            one.current_ma,
            one.power_mw,
            orjson.dumps(one.payload).decode(),
            checksum,
        )
        for one, checksum in measurements
    ]
    if rows:
        connection.exec_driver_sql(_insert_statement(connection.dialect.name), rows)


@cache
def _insert_statement(dialect_name: str) -> str:
    """Return the text of an insert that has a place for each of `_INSERTED`, in their order."""
    is_sqlite = dialect_name == "sqlite"
    dialect = SQLiteDialect_pysqlite() if is_sqlite else PGDialect_psycopg(paramstyle="format")
    # Inline: without RETURNING the new ids, which nothing needs.
    return str(insert(MEASUREMENTS).inline().compile(dialect=dialect, column_keys=_INSERTED))


def _write_instant(at: datetime) -> str:
    """Return an instant as SQLAlchemy writes it on SQLite: in UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _keep_instant(at: datetime) -> datetime:
    return at


def _placed_in_time(board: Row, received_at: datetime) -> Energy:
    """Return the counter of a board.

    A measurement that is in the future now was taken by a clock of this machine that was ahead:
    after it every other would be late, and the counter would stand still until then.
    """
    if board.newest_at is not None and board.newest_at > received_at + MAX_AHEAD:
        return Energy(uwh=board.energy_uwh)
    return Energy(
        board.newest_at,
        board.newest_power_mw,
        board.energy_uwh,
        board.newest_boot,
        board.newest_up_seconds,
    )


def _count_energy(
    energy: Energy, new: Sequence[Measurement], placed: Placed | None
) -> tuple[Energy, Sequence[Point]]:
    if placed is None:
        return energy, ()
    return count_energy(energy, new, placed.gap_limit)


def _save_board(
    connection: Connection, batch: Batch, board: Row, counts: Counts, energy: Energy
) -> None:
    changed: dict[str, object] = {
        "received": board.received + counts.received,
        "stored": board.stored + counts.new,
        "duplicates": board.duplicates + counts.duplicates,
        "conflicts": board.conflicts + counts.conflicts,
        "unplaced": board.unplaced + counts.unplaced,
        "newest_at": energy.at,
        "newest_power_mw": energy.power_mw,
        "energy_uwh": energy.uwh,
        "newest_boot": energy.boot,
        "newest_up_seconds": energy.up_seconds,
    }
    if batch.clock.unix_seconds is not None:
        skew_seconds = batch.clock.unix_seconds - batch.received_at.timestamp()
        changed["clock_skew_seconds"] = skew_seconds
    if batch.report:
        changed["report"] = dict(batch.report)
    of_board = update(BOARDS).where(BOARDS.c.device_id == batch.device_id)
    connection.execute(of_board.values(changed))
