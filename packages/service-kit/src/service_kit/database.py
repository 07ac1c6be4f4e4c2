"""An SQL database of one service: open it by its URL, bring its tables to the version of the code.

SQLite or PostgreSQL; the first as docs/decisions/0003 has it: what was committed survives a power
cut. Needs the extra `database` of this package.
"""

import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import uniform
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Engine,
    column,
    create_engine,
    event,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from service_kit.errors import CannotStartError
from service_kit.files import InUseError, only_writer
from service_kit.obstacles import sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_TIMEOUT_MILLISECONDS = 5_000
# The index of a year of 200 devices; what SQLite keeps by default, 2 MB, is read anew each time.
CACHE_KIBIBYTES = 6_000
# PostgreSQL's serialization_failure and deadlock_detected (its manual, appendix A).
CONFLICT_STATES = frozenset({"40001", "40P01"})
# For as long as a writer of SQLite waits for another one.
CONFLICT_LIMIT_SECONDS = BUSY_TIMEOUT_MILLISECONDS / 1000
# As alembic writes them at the head of each file.
REVISION = re.compile(r'^(down_)?revision = "(\w+)"$', re.MULTILINE)
# Processes that start at the same moment migrate one after the other.
MIGRATION_LOCK = 7_716_001


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations of one service.

    Attributes:
        folder: Alembic's, as `package:folder`.
        version_table: Keeps which of them ran; services that share a database have one each.
    """

    folder: str
    version_table: str


class DatabaseUnusableError(CannotStartError):
    """The database cannot be used; the message names DATABASE_URL and the reason."""


def open_engine(url: str) -> Engine:
    """Create an engine for `url`, on SQLite with a rollback journal (docs/decisions/0003)."""
    # The connection that was used last has its pages and statements in memory.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), pool_use_lifo=True)
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
        f"cache_size=-{CACHE_KIBIBYTES}",
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


def is_conflict(error: SQLAlchemyError) -> bool:
    """Return whether a transaction failed only because of another one: repeated, it may succeed."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlstate", None) in CONFLICT_STATES


def conflict_pause_seconds() -> float:
    """Return how long to wait before a transaction is repeated; it differs between writers."""
    return uniform(0.005, 0.05)  # noqa: S311 - not a secret


def repeat_on_conflict[T](work: Callable[[], T]) -> T:
    """Do one transaction, again for up to `CONFLICT_LIMIT_SECONDS` while others are in its way."""
    until_s = time.monotonic() + CONFLICT_LIMIT_SECONDS
    while True:
        try:
            return work()
        except SQLAlchemyError as error:
            if not is_conflict(error) or time.monotonic() >= until_s:
                raise
        time.sleep(conflict_pause_seconds())


@contextmanager
def _one_process(engine: Engine) -> Generator[None]:
    """Hold PostgreSQL's advisory lock of migrations; SQLite has its own for every writer."""
    if engine.dialect.name != "postgresql":
        yield
        return
    key = {"key": MIGRATION_LOCK}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


@contextmanager
def hold_database(url: str) -> Generator[None]:
    """Hold an SQLite file for this process; a database server may have many.

    Raises:
        DatabaseUnusableError: Another process holds the file.
    """
    path = _held_file(url)
    try:
        with only_writer(path) if path else nullcontext():
            yield
    except InUseError as error:
        message = f"DATABASE_URL: {error}; stop that process, or let both use PostgreSQL"
        raise DatabaseUnusableError(message) from None


def _held_file(url: str) -> Path | None:
    try:
        path = sqlite_file(make_url(url))
    except SQLAlchemyError:
        return None  # `open_database` reports it, as it does a missing folder
    return path if path and path.parent.is_dir() else None


def open_database(
    url: str, migrations: Migrations, check: Callable[[Connection, str], None] = lambda _, __: None
) -> Engine:
    """Open an engine and bring its tables to the version of this code.

    Args:
        url: As SQLAlchemy has it.
        migrations: Of the service.
        check: Given the connection and the URL to show, in the transaction of the migrations.

    Raises:
        DatabaseUnusableError: It cannot be reached, written or read, or a newer version wrote it.
    """
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        message = "DATABASE_URL is not a database URL; write one like sqlite:////var/lib/ppms.db"
        raise DatabaseUnusableError(message) from None
    try:
        engine = open_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise _unusable(shown, error) from None
    try:
        with _one_process(engine), serialised(engine).begin() as connection:
            _upgrade(connection, migrations, shown)
            check(connection, shown)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, SQLAlchemyError):
            raise _unusable(shown, error) from None
        raise
    return engine


def _unusable(shown: str, error: Exception) -> DatabaseUnusableError:
    why = getattr(error, "orig", None) or error
    return DatabaseUnusableError(f"DATABASE_URL {shown} cannot be used: {why}")


def is_migrated(engine: Engine, migrations: Migrations) -> bool:
    """Return whether the database responds and has the tables of this code."""
    with engine.connect() as connection:
        return _revisions(connection, migrations) == _known(migrations).heads


def database_state(engine: Engine, migrations: Migrations) -> str:
    """Return "ok", or what keeps the database from being used, for `/readyz`."""
    try:
        is_current = is_migrated(engine, migrations)
    except SQLAlchemyError as error:
        return f"it does not answer ({type(error).__name__})"
    return "ok" if is_current else "its tables are not those of this version"


def _revisions(connection: Connection, migrations: Migrations) -> tuple[str, ...]:
    if not inspect(connection).has_table(migrations.version_table):
        return ()
    written = select(column("version_num")).select_from(table(migrations.version_table))
    return tuple(connection.scalars(written))


@dataclass(frozen=True, slots=True)
class _Known:
    """The revisions of this code, and the newest of them."""

    heads: tuple[str, ...]
    revisions: frozenset[str]


@cache
def _known(migrations: Migrations) -> _Known:
    """Return the revisions of the code: they are read once, and probes ask every few seconds.

    By their text: alembic itself takes 10 MiB, which are wasted where nothing is to be migrated.
    """
    package, _, folder = migrations.folder.partition(":")
    steps = (
        each for each in (files(package) / folder / "versions").iterdir() if each.name[0].isdigit()
    )
    found = [pair for each in steps for pair in REVISION.findall(each.read_text("utf-8"))]
    revisions, before = ({name for down, name in found if bool(down) is b} for b in (False, True))
    return _Known(tuple(sorted(revisions - before)), frozenset(revisions))


def _config(migrations: Migrations) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see `_known`

    config = Config()
    config.set_main_option("script_location", migrations.folder)
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection, migrations: Migrations, shown: str) -> None:
    known, present = _known(migrations), _revisions(connection, migrations)
    if present == known.heads:
        return
    for revision in present:
        if revision not in known.revisions:
            message = (
                f"DATABASE_URL {shown} was written by a newer version (revision {revision});"
                " start that version, or restore a backup made before it"
            )
            raise DatabaseUnusableError(message)
    from alembic import command  # noqa: PLC0415 - see `_known`

    config = _config(migrations)
    config.attributes["connection"] = connection
    config.attributes["version_table"] = migrations.version_table
    command.upgrade(config, "head")
