"""The database: one engine, exact column types for every SQL database, serialised writes."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, override

from sqlalchemy import URL, BigInteger, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from bff.time_grid import instant, unix_milliseconds

PRICE_DECIMALS = 6
BUSY_TIMEOUT_MILLISECONDS = 5_000


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


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an SQLite URL; None for other databases and for one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(url.database or "")


def open_engine(url: str) -> Engine:
    """Create an engine for `url`, on SQLite with a rollback journal (docs/decisions/0003)."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's, by event
    connection.isolation_level = None  # _begin_sqlite sends BEGIN
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode=DELETE",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def serialised(engine: Engine) -> Engine:
    """Return the same engine with transactions that exclude other writers from their start."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(sqlite_begin="IMMEDIATE")
    return engine.execution_options(isolation_level="SERIALIZABLE")


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
