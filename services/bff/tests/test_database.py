"""The database: safe journal, migrations at start, and one clear line when it cannot be used."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_mock_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from bff.db.engine import read_session, write_session
from bff.db.migrate import MIGRATIONS, open_database
from bff.db.tables import METADATA, UnitPrice
from service_kit.database import DatabaseUnusableError, hold_database, is_migrated
from service_kit.obstacles import sqlite_file

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'bff.db'}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    opened = open_database(sqlite_url(tmp_path))
    yield opened
    opened.dispose()


def price(value: str, valid_to: datetime | None = None) -> UnitPrice:
    return UnitPrice(
        price_per_kwh=Decimal(value),
        currency="JPY",
        valid_from=NEW_YEAR,
        valid_to=valid_to,
        note="",
    )


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "delete"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_to_lose_nothing(engine: Engine, pragma: str, value: str | int) -> None:
    """Rollback journal and full sync (docs/decisions/0003), on every connection."""
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    """A model that changed without a migration fails here."""
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert is_migrated(engine, MIGRATIONS)


def test_a_second_start_changes_nothing(tmp_path: Path, engine: Engine) -> None:
    """Prices survive; migrations that ran do not run again."""
    with write_session(engine) as session:
        session.add(price("31.7"))
    again = open_database(sqlite_url(tmp_path))
    with read_session(again) as session:
        assert session.query(UnitPrice).one().price_per_kwh == Decimal("31.7")
    again.dispose()


@pytest.mark.parametrize("value", ["0.000001", "999999.999999", "0.1", "30"])
def test_prices_are_kept_to_the_last_digit(engine: Engine, value: str) -> None:
    """As integers: SQLite would keep decimals as floats."""
    with write_session(engine) as session:
        session.add(price(value))
    with read_session(engine) as session:
        row = session.query(UnitPrice).one()
    assert row.price_per_kwh == Decimal(value)
    assert row.valid_from == NEW_YEAR


def test_the_database_itself_refuses_an_end_before_the_beginning(engine: Engine) -> None:
    """The last guard, should a writer forget to look."""
    with pytest.raises(IntegrityError), write_session(engine) as session:
        session.add(price("1", valid_to=NEW_YEAR))


def test_the_tables_exist_for_postgresql_too() -> None:
    """The models use no type of one database only."""
    statements: list[str] = []
    mock = create_mock_engine(
        "postgresql://",
        lambda statement, *_: statements.append(str(statement.compile(dialect=mock.dialect))),
    )
    METADATA.create_all(mock, checkfirst=False)
    assert any("price_per_kwh_millionths BIGINT NOT NULL" in each for each in statements)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path, engine: Engine) -> None:
    """Old code must not write into tables of a newer version."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusableError, match=r"newer version \(revision 9999\)"):
        open_database(sqlite_url(tmp_path))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """Not silently replaced: a backup may be all that is needed."""
    (tmp_path / "bff.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DatabaseUnusableError, match=r"^DATABASE_URL sqlite:.*not a database"):
        open_database(sqlite_url(tmp_path))


def test_damage_within_the_prices_is_found_at_the_start(tmp_path: Path, engine: Engine) -> None:
    """The header is sound and a page of prices is not."""
    with write_session(engine) as session:
        session.add_all([price(str(number)) for number in range(500)])
    with sqlite3.connect(tmp_path / "bff.db") as database:
        (root,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'unit_prices'"
        ).fetchone()
    database.close()
    content = bytearray((tmp_path / "bff.db").read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    (tmp_path / "bff.db").write_bytes(content)
    with pytest.raises(DatabaseUnusableError, match=r"^DATABASE_URL sqlite:.*(damaged|malformed)"):
        open_database(sqlite_url(tmp_path))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:////nowhere/at/all/bff.db", "unable to open database file"),
        ("sqlite:////", "unable to open database file"),
        ("bff.db", "not a database URL"),
        ("mystery://host/db", "cannot be used"),
    ],
)
def test_a_url_that_cannot_work_is_one_clear_line(url: str, why: str) -> None:
    """It names the setting and the reason."""
    with pytest.raises(DatabaseUnusableError) as caught:
        open_database(url)
    assert str(caught.value).startswith("DATABASE_URL")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_password_in_the_url_is_not_shown() -> None:
    """The message goes to the log."""
    with pytest.raises(DatabaseUnusableError) as caught:
        open_database("mystery://user:hunter2@host/db")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://host/bff"])
def test_what_has_no_file_is_neither_held_nor_looked_at(url: str) -> None:
    """A database in memory or on a server: nothing is locked and no volume is in the way."""
    assert sqlite_file(make_url(url)) is None
    with hold_database(url):
        pass
