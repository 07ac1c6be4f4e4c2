"""Open the database and bring its tables to the version of this code."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bff.db.engine import open_engine, serialised, sqlite_file
from bff.db.tables import MODELS
from service_kit.errors import CannotStartError
from service_kit.files import InUseError, only_writer


class DatabaseUnusableError(CannotStartError):
    """The database cannot be used; the message names DATABASE_URL and the reason."""


@contextmanager
def hold_database(url: str) -> Generator[None]:
    """Hold an SQLite file for this process: a second one would write the ledger beside it.

    A database server may have many BFFs.

    Raises:
        DatabaseUnusableError: Another BFF holds the file.
    """
    path = _held_file(url)
    try:
        with only_writer(path) if path else nullcontext():
            yield
    except InUseError as error:
        message = f"DATABASE_URL: {error}; stop that BFF, or let both use PostgreSQL"
        raise DatabaseUnusableError(message) from None


def _held_file(url: str) -> Path | None:
    try:
        path = sqlite_file(make_url(url))
    except SQLAlchemyError:
        return None  # `open_database` reports it, as it does a missing folder
    return path if path and path.parent.is_dir() else None


def open_database(url: str) -> Engine:
    """Open an engine and bring its tables to the version of this code.

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
        _prepare(engine, shown)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, SQLAlchemyError):
            raise _unusable(shown, error) from None
        raise
    return engine


def _unusable(shown: str, error: Exception) -> DatabaseUnusableError:
    why = getattr(error, "orig", None) or error
    return DatabaseUnusableError(f"DATABASE_URL {shown} cannot be used: {why}")


def _prepare(engine: Engine, shown: str) -> None:
    with serialised(engine).begin() as connection:
        _upgrade(connection, shown)
        _check_pages(connection, shown)


def is_migrated(engine: Engine) -> bool:
    """Return whether the database responds and has the tables of this code."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads() == _newest()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "bff.db:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _upgrade(connection: Connection, shown: str) -> None:
    config = _config()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            message = (
                f"DATABASE_URL {shown} was written by a newer version (revision {revision});"
                " start that version, or restore a backup made before it"
            )
            raise DatabaseUnusableError(message)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_pages(connection: Connection, shown: str) -> None:
    # Only what people wrote: it is small, and cannot be made again as the ledger can.
    if connection.dialect.name != "sqlite":
        return
    for model in MODELS:
        found = connection.execute(text(f"PRAGMA quick_check({model.__tablename__})")).scalar()
        if found != "ok":
            message = f"DATABASE_URL {shown} is damaged ({found}); restore a backup"
            raise DatabaseUnusableError(message)
