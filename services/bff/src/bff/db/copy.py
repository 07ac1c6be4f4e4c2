"""`python -m bff.db.copy`: copy all that the BFF keeps into an empty database of another kind.

From SQLite to PostgreSQL and back, by DATABASE_URL and TARGET_DATABASE_URL, with the BFF stopped.
What was written is read back and compared before it is committed.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from pydantic import SecretStr
from sqlalchemy import Connection, Row, Table, func, insert, select, text

from bff.db.migrate import open_database
from bff.db.tables import METADATA, VERSIONS
from service_kit.database import hold_database
from service_kit.errors import CannotStartError, SettingsError
from service_kit.settings import Settings, load_settings

ROWS_AT_ONCE = 500


class CopyError(Exception):
    """Nothing was copied; the message is for a person."""


class CopySettings(Settings):
    """The database that is read, and the empty one that is written."""

    database_url: SecretStr
    target_database_url: SecretStr


def copy_database(source_url: str, target_url: str) -> int:
    """Copy every row, in one transaction of the target.

    Returns:
        How many rows.

    Raises:
        CopyError: The target has rows, or has others than the source afterwards.
        DatabaseUnusableError: One of them cannot be used, or its file is held by a BFF.
    """
    with hold_database(source_url), hold_database(target_url):
        source, target = open_database(source_url), open_database(target_url)
        try:
            with source.connect() as old, target.begin() as new:
                _check_empty(new)
                return sum(_copy_table(old, new, table) for table in _copied_tables())
        finally:
            source.dispose()
            target.dispose()


def _copied_tables() -> Sequence[Table]:
    """Return all tables but those that triggers of the target write."""
    written = {model.__tablename__ for model in VERSIONS}
    return [table for table in METADATA.sorted_tables if table.name not in written]


def _check_empty(target: Connection) -> None:
    for table in _copied_tables():
        if count := target.scalar(select(func.count()).select_from(table)):
            message = f"TARGET_DATABASE_URL is not empty: {table.name} has {count} rows"
            raise CopyError(message)


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    copied = 0
    for rows in _rows(source, table).partitions(ROWS_AT_ONCE):
        target.execute(insert(table), [dict(row._mapping) for row in rows])  # noqa: SLF001 - SQLAlchemy's name
        copied += len(rows)
    if any(old != new for old, new in zip_longest(_each(source, table), _each(target, table))):
        message = f"{table.name} is not the same in both databases"
        raise CopyError(message)
    if (last_id := _last_id(source, table)) is not None:
        _set_last_id(target, table, last_id)
    return copied


def _rows(connection: Connection, table: Table):  # noqa: ANN202 - a CursorResult of this table
    ordered = select(table).order_by(*table.primary_key.columns)
    return connection.execute(ordered, execution_options={"yield_per": ROWS_AT_ONCE})


def _each(connection: Connection, table: Table) -> Iterator[Row[tuple[object, ...]]]:
    yield from _rows(connection, table)


def _last_id(source: Connection, table: Table) -> int | None:
    """Return the highest id that was ever given: one that was deleted never comes back."""
    if table.autoincrement_column is None:
        return None
    if source.dialect.name == "sqlite":
        used = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return source.scalar(used, {"name": table.name})
    sequence = _sequence(source, table)
    last_id, is_used = source.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - PostgreSQL's own name
    return last_id if is_used else None


def _set_last_id(target: Connection, table: Table, last_id: int) -> None:
    if target.dialect.name == "sqlite":
        # An INSERT with an id has made the row; without rows there is none.
        target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        given = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)")
        target.execute(given, {"name": table.name, "seq": last_id})
    else:
        target.execute(select(func.setval(_sequence(target, table), last_id)))


def _sequence(connection: Connection, table: Table) -> str:
    (key,) = table.primary_key.columns
    return connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))


def main() -> int:
    """Copy between the databases of the environment.

    Returns:
        The exit code.
    """
    try:
        settings = load_settings(CopySettings)
        copied = copy_database(
            settings.database_url.get_secret_value(),
            settings.target_database_url.get_secret_value(),
        )
    except (CopyError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, SettingsError) else 1
    sys.stdout.write(f"copied {copied} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
