"""What a sound backup of the measurements is, where SQLite keeps them."""

from pathlib import Path

from sqlalchemy import func, select

from measurements.tables import METADATA
from measurements.wiring import MIGRATIONS
from service_kit.backup import BackupError
from service_kit.database import open_database

DATABASE = "measurements.sqlite3"


def check_database(folder: Path) -> str:
    """Open a restored database with the tables of this version.

    Returns:
        How many rows it has.

    Raises:
        BackupError: There is none.
        DatabaseUnusableError: This version cannot use it.
    """
    path = folder / DATABASE
    if not path.is_file():
        message = f"the backup has no {DATABASE}"
        raise BackupError(message)
    engine = open_database(f"sqlite:///{path}", MIGRATIONS)
    try:
        with engine.connect() as connection:
            tables = METADATA.sorted_tables
            counts = [connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables]
    finally:
        engine.dispose()
    return f"{sum(counts)} rows"
