"""The database: exact column types, sessions, and caches of what was read."""

import re
from collections.abc import Callable, Collection, Generator, Hashable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from threading import Lock
from typing import Any, override

import numpy as np
from cachetools import LRUCache
from sqlalchemy import BigInteger, Connection, Dialect, Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from bff.time_grid import instant, unix_milliseconds
from service_kit.database import serialised

PRICE_DECIMALS = 6


class Base(DeclarativeBase):
    """All tables of the BFF."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as Unix milliseconds: SQLite has no time zones to lose."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else unix_milliseconds(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


class Price(TypeDecorator[Decimal]):
    """An exact price, stored as an integer of 10^-6 currency units: SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.scaleb(PRICE_DECIMALS))

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-PRICE_DECIMALS)


@contextmanager
def read_session(engine: Engine) -> Generator[Session]:
    """Open a session for reading; objects it loaded may be used after it is closed."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def write_session(engine: Engine) -> Generator[Session]:
    """Open a session in one serialised transaction: commit at the end, roll back on error."""
    with Session(serialised(engine), expire_on_commit=False) as session, session.begin():
        yield session


# SQLite's differs on one connection after each commit of another one, whichever process it is in
# (https://www.sqlite.org/pragma.html#pragma_data_version). PostgreSQL's names all transactions that
# are visible: a commit changes it (its manual, 9.27).
VERSIONS = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}


class DatabaseVersion:
    """A value that changes with each commit to a database. May be used from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._connection: Connection | None = None

    def __call__(self) -> object:
        """Return the value, which is another one after each commit of any process.

        What is read after it is at least as new. Where the database does not answer, the value
        equals no other.
        """
        rows = self._read(VERSIONS[self._engine.dialect.name])
        # Values of different connections are not comparable.
        return object() if rows is None else (self._connection, rows[0])

    def of_tables(self) -> Mapping[str, int] | None:
        """Return a number of each table, which is another one after each change of a row.

        None where it is not known: on PostgreSQL all writers would have to wait for each other.
        """
        if self._engine.dialect.name != "sqlite":
            return None
        rows = self._read("SELECT name, version FROM table_versions")
        return None if rows is None else dict(rows)

    def _read(self, query: str) -> Sequence[Any] | None:
        """Return the rows of a query, by the driver: it is asked several times in each request."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                cursor = self._connection.connection.cursor()
                cursor.execute(query)
                rows = cursor.fetchall()
                cursor.close()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
                self._close()
                return None
            return rows

    def close(self) -> None:
        """Close its connection."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):  # it has ended already
                connection.close()

    def _connect(self) -> Connection:
        # Each query is a transaction of its own: within one, the version would stay the same.
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # it never writes, and the pool never gets it back
        return connection


NO_ENTRY: Any = object()
# Three months by hour of a device are 70 kB.
MIN_MAX_BYTES, MAX_BYTES_PER_DEVICE = 16 * 2**20, 64 * 2**10
# An array as such, or a row of a table.
BYTES_OF_ENTRY = 500


def max_cached_bytes(devices: int) -> int:
    """Return how much of a house with so many devices is cached at most."""
    return max(MIN_MAX_BYTES, devices * MAX_BYTES_PER_DEVICE)


class BoundedCache:
    """An LRU cache of a bounded size. May be used from several threads.

    Args:
        max_bytes: The least recently used entries are evicted beyond it.
    """

    def __init__(self, max_bytes: int = MIN_MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._entries: LRUCache[Hashable, Any] = LRUCache(max_bytes, getsizeof=bytes_of)
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:  # noqa: ANN401 - whatever was put there
        """Return the entry of a key, which is not to be written to; `NO_ENTRY` without one."""
        with self._lock:
            return self._entries.get(key, NO_ENTRY)

    def put(self, key: Hashable, entry: object) -> None:
        """Add an entry."""
        with self._lock, suppress(ValueError):  # larger than the cache
            self._entries[key] = entry

    def entries(self) -> Sequence[tuple[Hashable, Any]]:
        """Return all entries with their keys, the least recently used first."""
        with self._lock:
            return list(self._entries.items())


@dataclass(frozen=True, slots=True)
class Read[T]:
    """What was read.

    Attributes:
        found: What it came to.
        tables: The tables that it depends on; None: on whatever is committed.
    """

    found: T
    tables: frozenset[str] | None = None


class VersionedCache:
    """A bounded cache of reads; a commit evicts those of the tables that it changed.

    May be used from several threads.

    Args:
        version: Returns a value that is another one after each commit to the database; the default
            never returns the same, so that nothing is cached.
        of_tables: As `DatabaseVersion.of_tables`.
        max_bytes: The least recently used entries are evicted beyond it.
    """

    def __init__(
        self,
        version: Callable[[], object] = object,
        of_tables: Callable[[], Mapping[str, int] | None] = lambda: None,
        max_bytes: int = MIN_MAX_BYTES,
    ) -> None:
        self._version, self._of_tables = version, of_tables
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._seen: tuple[object, Mapping[str, int] | None] = (object(), None)
        self._reads = BoundedCache(max_bytes)

    def select[T](self, engine: Engine, key: Hashable, select: Callable[[Session], T]) -> T:
        """Return what `select` returns, or returned for this key: not to be written to.

        Args:
            engine: Of the database.
            key: All that the result depends on besides what `select` reads with its session.
            select: Reads with a session.
        """

        def read() -> Read[T]:
            with read_session(engine) as session:
                tables = _watch_tables(session)
                return Read(select(session), frozenset(tables) if tables else None)

        return self.get(key, read)

    def get[T](self, key: Hashable, read: Callable[[], Read[T]]) -> T:
        """Return what was found by `read`, or was for this key: not to be written to."""
        reads = self._of_version(self._version())  # before anything is read: none is older
        found = reads.get(key)
        if found is NO_ENTRY:
            found = read()
            if isinstance(found.found, np.ndarray):
                found.found.flags.writeable = False
            reads.put(key, found)
        return found.found

    def _of_version(self, version: object) -> BoundedCache:
        """Return the reads of a version.

        Of another version they are an object of their own: what a thread still reads of the one
        before does not get among them.
        """
        with self._lock:
            if version != self._seen[0]:
                before, now = self._seen[1], self._of_tables()
                kept = BoundedCache(self._max_bytes)
                for key, read in self._reads.entries():
                    if _are_same(read.tables, before, now):
                        kept.put(key, read)
                self._seen, self._reads = (version, now), kept
            return self._reads


def _are_same(
    tables: frozenset[str] | None,
    before: Mapping[str, int] | None,
    now: Mapping[str, int] | None,
) -> bool:
    if tables is None or before is None or now is None:
        return False
    # A row of the versions may be lost with a damaged page.
    return all(table in before and before[table] == now.get(table) for table in tables)


def _watch_tables(session: Session) -> set[str]:
    """Return a set that all tables are added to which statements of a session name."""
    found: set[str] = set()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.update(_tables_in(statement))

    event.listen(session.connection(), "before_cursor_execute", note)
    return found


@lru_cache(maxsize=64)
def _tables_in(statement: str) -> frozenset[str]:
    """Return the tables whose names are in a statement: those that it reads are among them."""
    return frozenset(re.findall(r"\w+", statement)) & Base.metadata.tables.keys()


def bytes_of(found: object) -> int:
    """Return about how much memory it takes: arrays, or a mapping of mappings or rows."""
    if isinstance(found, Read):
        return bytes_of(found.found)
    if (nbytes := getattr(found, "nbytes", None)) is not None:
        return nbytes + BYTES_OF_ENTRY
    values = found.values() if isinstance(found, Mapping) else found
    if not isinstance(values, Collection):
        return BYTES_OF_ENTRY
    return BYTES_OF_ENTRY * sum(len(each) if isinstance(each, Mapping) else 1 for each in values)
