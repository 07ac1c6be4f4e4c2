"""Open the database and bring its tables to the version of this code."""

from sqlalchemy import Connection, Engine, text

from bff.db.tables import MODELS
from service_kit import database
from service_kit.database import DatabaseUnusableError, Migrations

MIGRATIONS = Migrations("bff.db:migrations", "alembic_version")


def open_database(url: str) -> Engine:
    """Open an engine, bring its tables to the version of this code, and check what people wrote.

    Raises:
        DatabaseUnusableError: It cannot be reached, written or read, or a newer version wrote it.
    """
    return database.open_database(url, MIGRATIONS, _check_pages)


def _check_pages(connection: Connection, shown: str) -> None:
    # Only what people wrote: it is small, and cannot be made again as the ledger can.
    if connection.dialect.name != "sqlite":
        return
    for model in MODELS:
        found = connection.execute(text(f"PRAGMA quick_check({model.__tablename__})")).scalar()
        if found != "ok":
            message = f"DATABASE_URL {shown} is damaged ({found}); restore a backup"
            raise DatabaseUnusableError(message)
