"""Damaged pages of derived tables in an SQLite file: set aside, all that can be read kept.

The tables are made anew with their readable rows, and VACUUM leaves the damaged pages behind. A
copy of the file as it was stays beside it, one a day.
"""

import logging
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bff.db.tables import DERIVED, VERSIONS
from service_kit.clock import utc_now
from service_kit.database import BUSY_TIMEOUT_MILLISECONDS

LOG = logging.getLogger(__name__)

ROWS_AT_ONCE = 64

# Device and day.
type DeviceDay = tuple[str, int]


def rebuild_damaged(path: Path) -> set[DeviceDay] | None:
    """Rebuild the derived tables of an SQLite file that are damaged, from their readable rows.

    Returns:
        The days that the ledger's index had, as far as it can be read; None where nothing is
        damaged.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MILLISECONDS}")
        database.execute("PRAGMA synchronous=FULL")
        # A flipped bit may be within a character.
        database.text_factory = lambda text: text.decode(errors="replace")
        while True:
            found = _read_damaged(database, path)
            if not found.rows:
                return None
            database.execute("BEGIN EXCLUSIVE")
            if found.version == _version(database):
                break
            database.execute("ROLLBACK")  # another connection wrote meanwhile
        for table, rows in found.rows.items():
            _rebuild_table(database, table, rows)
        database.execute("COMMIT")
        database.execute("VACUUM")  # the damaged pages go with it
    return found.indexed


@dataclass(frozen=True, slots=True)
class _Found:
    """What can be read of the damaged tables.

    Attributes:
        version: Changes when another connection writes.
        rows: Of each damaged table.
        indexed: The days that the ledger's index has.
    """

    version: int
    rows: Mapping[str, Sequence[tuple[object, ...]]]
    indexed: set[DeviceDay]


def _read_damaged(database: sqlite3.Connection, path: Path) -> _Found:
    """Read what can be read, and copy the file aside."""
    # Not in the transaction that writes: SQLite refuses to write once it met a damaged page.
    database.execute("BEGIN IMMEDIATE")
    version = _version(database)
    names = [table.__tablename__ for table in DERIVED]
    damaged = [name for name in names if not _is_sound(database, name)]
    rows = {name: list(_readable_rows(database, name)) for name in damaged}
    indexed = _indexed_days(database)
    if damaged:
        aside = path.with_name(f"{path.name}.damaged-{utc_now():%Y%m%d}")
        shutil.copyfile(path, aside)
        LOG.error("damaged tables of %s: %s; a copy is in %s", path, ", ".join(damaged), aside)
    database.execute("ROLLBACK")
    return _Found(version, rows, indexed)


def _version(database: sqlite3.Connection) -> int:
    return database.execute("PRAGMA data_version").fetchone()[0]


def _is_sound(database: sqlite3.Connection, table: str) -> bool:
    try:
        return database.execute(f"PRAGMA integrity_check({table})").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        return False


def _indexed_days(database: sqlite3.Connection) -> set[DeviceDay]:
    keys = "SELECT device, day_unix_ms FROM ledger_days INDEXED BY ix_ledger_days_sums"
    try:
        return set(database.execute(keys).fetchall())
    except sqlite3.DatabaseError:
        return set()


def _rebuild_table(
    database: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    made_by = database.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
        " ORDER BY type <> 'table'",  # before its indexes and triggers
        (table,),
    ).fetchall()
    # DROP TABLE would walk through the damaged pages.
    database.execute("PRAGMA writable_schema=ON")
    database.execute("DELETE FROM sqlite_master WHERE tbl_name = ?", (table,))
    database.execute("PRAGMA writable_schema=RESET")
    for (statement,) in made_by:
        database.execute(statement)
    marks = ", ".join("?" for _ in _columns(database, table))
    # What breaks a rule of the table is damaged, too.
    database.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our names
    for versions in VERSIONS:  # no trigger has seen the rows that are gone
        database.execute(f"UPDATE {versions.__tablename__} SET version = random()")  # noqa: S608


def _columns(database: sqlite3.Connection, table: str) -> Sequence[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def _readable_rows(database: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    columns = ", ".join(_columns(database, table))
    query = f"SELECT {columns} FROM {table} NOT INDEXED WHERE rowid"  # noqa: S608
    for first in range(1, _last_rowid(database, table) + 1, ROWS_AT_ONCE):
        last = first + ROWS_AT_ONCE - 1
        rows = _rows(database, f"{query} BETWEEN {first} AND {last}")
        if rows is None:  # a page of them cannot be read
            alone = (_rows(database, f"{query} = {rowid}") for rowid in range(first, last + 1))
            rows = [row for found in alone for row in found or ()]
        yield from rows


def _rows(database: sqlite3.Connection, query: str) -> list[tuple[object, ...]] | None:
    try:
        return database.execute(query).fetchall()
    except sqlite3.DatabaseError:
        return None


def _last_rowid(database: sqlite3.Connection, table: str) -> int:
    for index in ("NOT INDEXED", *_indexes(database, table)):
        try:
            found = database.execute(f"SELECT max(rowid) FROM {table} {index}").fetchone()[0]  # noqa: S608
        except sqlite3.DatabaseError:
            continue
        return found or 0
    return 0


def _indexes(database: sqlite3.Connection, table: str) -> Sequence[str]:
    return [f"INDEXED BY {row[1]}" for row in database.execute(f"PRAGMA index_list({table})")]
