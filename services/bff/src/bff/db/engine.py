"""The database: exact column types for every SQL database, sessions, serialised writes."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, override

from sqlalchemy import BigInteger, Dialect, Engine
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
