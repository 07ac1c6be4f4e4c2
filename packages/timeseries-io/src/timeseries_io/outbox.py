"""A durable, ordered, bounded outbox: what is enqueued in a committed transaction is delivered.

The tables live in the caller's database, SQLite or PostgreSQL, so points can be enqueued in the
transaction that stores what they were made from. One process delivers. It removes an entry after
the database has acknowledged it, so a crash in between delivers the entry again: the same series
and time, which a time series database keeps once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

MAX_LINES_PER_ENTRY = 500
# Of a row beside its text: header, integers and the index.
ROW_OVERHEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class OutboxTables:
    """The tables of one outbox.

    Attributes:
        entries: Lines that wait, in the order of their `id`.
        refused: Single lines that the database refused, with its reason.
    """

    entries: Table
    refused: Table


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for delivery."""

    lines: int
    size_bytes: int
    oldest_at_ms: int | None


def define_outbox(metadata: MetaData, prefix: str = "outbox") -> OutboxTables:
    """Add the tables to `metadata`, for `create_all` or a migration."""
    # Only an INTEGER key counts by itself on SQLite; `autoincrement` never gives an id twice.
    key = BigInteger().with_variant(Integer, "sqlite")
    entries = Table(
        prefix,
        metadata,
        Column("id", key, primary_key=True, autoincrement=True),
        Column("enqueued_at_ms", BigInteger, nullable=False),
        Column("line_count", Integer, nullable=False),
        Column("byte_count", Integer, nullable=False),
        Column("body", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    # Covers `count_waiting`, which otherwise reads every body.
    Index(
        f"ix_{prefix}_counts", entries.c.line_count, entries.c.byte_count, entries.c.enqueued_at_ms
    )
    refused = Table(
        f"{prefix}_refused",
        metadata,
        Column("id", key, primary_key=True, autoincrement=True),
        Column("refused_at_ms", BigInteger, nullable=False),
        Column("reason", Text, nullable=False),
        Column("line", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    return OutboxTables(entries, refused)


def enqueue(
    connection: Connection, tables: OutboxTables, lines: Sequence[str], at: datetime
) -> None:
    """Add lines behind all others; they are kept when the caller's transaction commits."""
    rows = [
        _entry(lines[first : first + MAX_LINES_PER_ENTRY], at)
        for first in range(0, len(lines), MAX_LINES_PER_ENTRY)
    ]
    if rows:
        connection.execute(insert(tables.entries), rows)


def _entry(lines: Sequence[str], at: datetime) -> dict[str, object]:
    body = "\n".join(lines)
    return {
        "enqueued_at_ms": unix_milliseconds(at),
        "line_count": len(lines),
        "byte_count": len(body.encode()) + ROW_OVERHEAD_BYTES,
        "body": body,
    }


def unix_milliseconds(at: datetime) -> int:
    """Return Unix milliseconds."""
    return round(at.timestamp() * 1000)


def count_waiting(connection: Connection, tables: OutboxTables) -> Waiting:
    """Return how much waits and since when."""
    columns = tables.entries.c
    lines, size_bytes, oldest_at_ms = connection.execute(
        select(
            func.coalesce(func.sum(columns.line_count), 0),
            func.coalesce(func.sum(columns.byte_count), 0),
            func.min(columns.enqueued_at_ms),
        )
    ).one()
    return Waiting(int(lines), int(size_bytes), oldest_at_ms)


def count_refused(connection: Connection, tables: OutboxTables) -> int:
    """Return how many refused lines are kept."""
    return connection.execute(select(func.count()).select_from(tables.refused)).scalar_one()


def select_oldest(connection: Connection, tables: OutboxTables, max_lines: int) -> list[Row]:
    """Return the oldest entries (`id`, `body`) of together at most `max_lines`, at least one."""
    columns = tables.entries.c
    query = select(columns.id, columns.body, columns.line_count).order_by(columns.id)
    return list(_take(connection.execute(query.limit(max_lines)), max_lines))


def _take(rows: Iterator[Row], max_lines: int) -> Iterator[Row]:
    total = 0
    for row in rows:
        total += row.line_count
        if total > max_lines and total > row.line_count:
            return
        yield row


def delete_through(connection: Connection, tables: OutboxTables, ids: Sequence[int]) -> None:
    """Remove delivered entries."""
    connection.execute(delete(tables.entries).where(tables.entries.c.id.in_(ids)))


def drop_oldest(connection: Connection, tables: OutboxTables, max_bytes: int) -> int:
    """Remove the oldest entries until the rest fits; return how many lines are lost."""
    columns = tables.entries.c
    newer = select(
        columns.id, func.sum(columns.byte_count).over(order_by=columns.id.desc()).label("total")
    ).subquery()
    last_dropped = select(func.max(newer.c.id)).where(newer.c.total > max_bytes)
    dropped = connection.execute(
        delete(tables.entries)
        .where(columns.id <= last_dropped.scalar_subquery())
        .returning(columns.line_count)
    )
    return sum(row.line_count for row in dropped)


def save_refused(
    connection: Connection,
    tables: OutboxTables,
    refused: Sequence[tuple[str, str]],
    at: datetime,
    max_refused: int,
) -> None:
    """Keep refused (line, reason); of more than `max_refused` the oldest are removed."""
    if not refused:
        return
    refused_at_ms = unix_milliseconds(at)
    connection.execute(
        insert(tables.refused),
        [
            {"line": line, "reason": reason, "refused_at_ms": refused_at_ms}
            for line, reason in refused
        ],
    )
    column = tables.refused.c.id
    beyond = select(column).order_by(column.desc()).offset(max_refused).limit(1)
    connection.execute(delete(tables.refused).where(column <= beyond.scalar_subquery()))


def requeue_refused(connection: Connection, tables: OutboxTables, at: datetime) -> int:
    """Enqueue all refused lines once more, such as after a repair; return how many."""
    rows = connection.execute(
        delete(tables.refused).returning(tables.refused.c.id, tables.refused.c.line)
    )
    lines = [row.line for row in sorted(rows, key=lambda row: row.id)]
    enqueue(connection, tables, lines, at)
    return len(lines)
