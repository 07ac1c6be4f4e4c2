"""The database: exact column types, sessions, and a cache of reads that a commit empties."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Generator, Hashable, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any, override

import numpy as np
from sqlalchemy import BigInteger, Connection, Dialect, Engine
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
        self._query = VERSIONS[engine.dialect.name]
        self._lock = Lock()
        self._connection: Connection | None = None

    def __call__(self) -> object:
        """Return the value, which is another one after each commit of any process.

        What is read after it is at least as new. Where the database does not answer, the value
        equals no other.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                # By the driver: it is asked several times in each request.
                cursor = self._connection.connection.cursor()
                cursor.execute(self._query)
                version = cursor.fetchone()
                cursor.close()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
                self._close()
                return object()
            # Values of different connections are not comparable.
            return self._connection, version

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


# Three months by hour of a device are 70 kB.
MIN_MAX_BYTES, MAX_BYTES_PER_DEVICE = 16 * 2**20, 64 * 2**10
# An array as such, or a row of a table.
BYTES_OF_ENTRY = 500


def max_cached_bytes(devices: int) -> int:
    """Return how much of a house with so many devices is cached at most."""
    return max(MIN_MAX_BYTES, devices * MAX_BYTES_PER_DEVICE)


class VersionedCache:
    """An LRU cache of reads, emptied by each commit. May be used from several threads.

    Args:
        version: Returns a value that is another one after each commit to the database; the default
            never returns the same, so that nothing is cached.
        max_bytes: The least recently used entries are evicted beyond it.
    """

    def __init__(
        self, version: Callable[[], object] = object, max_bytes: int = MIN_MAX_BYTES
    ) -> None:
        self._version = version
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._of_version: object = None
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0

    def select[T](self, engine: Engine, key: Hashable, select: Callable[[Session], T]) -> T:
        """Return what `select` returns for a session, as `get` does."""

        def read() -> T:
            with read_session(engine) as session:
                return select(session)

        return self.get(key, read)

    def get[T](self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what `read` returns, or returned for this key: not to be written to."""
        version = self._version()  # before anything is read: no entry is older
        with self._lock:
            self._evict_other_versions(version)
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        found = read()
        with self._lock:
            if version == self._of_version and key not in self._entries:
                self._add(key, found)
        return found

    def _evict_other_versions(self, version: object) -> None:
        if version != self._of_version:
            self._entries.clear()
            self._bytes, self._of_version = 0, version

    def _add(self, key: Hashable, found: object) -> None:
        if isinstance(found, np.ndarray):
            found.flags.writeable = False
        self._entries[key] = found
        self._bytes += _bytes_of(found)
        while self._bytes > self._max_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= _bytes_of(oldest)


def _bytes_of(found: object) -> int:
    """Return about how much memory it takes: an array, or a mapping of mappings or rows."""
    if isinstance(found, np.ndarray):
        return found.nbytes + BYTES_OF_ENTRY
    values = found.values() if isinstance(found, Mapping) else found
    if not isinstance(values, Collection):
        return BYTES_OF_ENTRY
    return BYTES_OF_ENTRY * sum(len(each) if isinstance(each, Mapping) else 1 for each in values)
