"""The tables: those of the models, and an older `device_measurements` that is adopted."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from board_service import DEVICE, NOW, Running, measured
from sqlalchemy import create_engine, delete, insert, select, text

from measurements.tables import MEASUREMENTS, METADATA, RAW
from measurements.tokens import create_token
from measurements.wiring import MIGRATIONS
from service_kit.database import is_migrated, open_database

# As the service that this one replaces had them; PostgreSQL and, where that differs, SQLite.
OLD_TABLES = {
    "postgresql": """
        CREATE TABLE device_measurements (
            id serial PRIMARY KEY, device_id text NOT NULL, recorded_at timestamptz NOT NULL,
            temperature numeric, humidity numeric, payload json, created_at timestamp DEFAULT now())
        """,
    "sqlite": """
        CREATE TABLE device_measurements (
            id INTEGER NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, recorded_at DATETIME NOT NULL,
            temperature NUMERIC, humidity NUMERIC, payload TEXT, created_at DATETIME)
        """,
}
ROWS = [
    (DEVICE, "2026-01-01 00:00:00", 20.5, '{"voltage_v": 5.1, "current_ma": 10, "power_mw": 51}'),
    (DEVICE, "2026-01-01 00:05:00", 20.6, '{"power": {"power_mw": 52}, "bmp280": true}'),
    (DEVICE, "2026-01-01 00:05:00", 99.0, '{"power_mw": "broken"}'),
    ("esp32-other", "2026-01-01 00:05:00", None, None),
]


def adopt(url: str) -> None:
    engine = create_engine(url)
    zone = "+00" if engine.dialect.name == "postgresql" else ".000000"
    with engine.begin() as connection:
        connection.execute(text(OLD_TABLES[engine.dialect.name]))
        for device, at, celsius, payload in ROWS:
            connection.execute(
                text(
                    "INSERT INTO device_measurements"
                    " (device_id, recorded_at, temperature, payload, created_at)"
                    " VALUES (:device, :at, :celsius, :payload, '2026-01-02 00:00:00.000000')"
                ),
                {"device": device, "at": at + zone, "celsius": celsius, "payload": payload},
            )
    engine.dispose()


@pytest.mark.parametrize("is_adopted", [False, True])
def test_migrations_make_the_tables_of_the_models(database_url: str, *, is_adopted: bool) -> None:
    """Of an empty database, and of one with an older table: columns of its own stay."""
    if is_adopted:
        adopt(database_url)
    engine = open_database(database_url, MIGRATIONS)
    assert is_migrated(engine, MIGRATIONS)
    with engine.connect() as connection:
        options = {"version_table": MIGRATIONS.version_table, "compare_type": False}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    engine.dispose()
    of_old_table = {"created_at"} if is_adopted else set()
    removed = {entry[3].name for entry in found if entry[0] == "remove_column"}
    assert removed == of_old_table
    assert [entry for entry in found if entry[0] != "remove_column"] == []


def test_an_older_table_is_adopted_with_its_rows(database_url: str) -> None:
    """Power columns are filled from the payload; a second row of one instant is kept raw."""
    adopt(database_url)
    engine = open_database(database_url, MIGRATIONS)
    with engine.connect() as connection:
        columns = MEASUREMENTS.c
        rows = connection.execute(select(MEASUREMENTS).order_by(columns.id)).all()
        (aside,) = connection.execute(select(RAW)).all()
    engine.dispose()
    first, second, other = rows
    assert first.recorded_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert first.received_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert (first.voltage_v, first.current_ma, first.power_mw) == (5.1, 10.0, 51.0)
    assert (second.voltage_v, second.power_mw, second.temperature) == (None, 52.0, 20.6)
    assert second.payload == {"power": {"power_mw": 52}, "bmp280": True}
    assert (other.device_id, other.payload, other.temperature) == ("esp32-other", {}, None)
    assert aside.payload["temperature"] == 99.0
    assert "second row" in aside.reason


def test_only_the_digest_of_a_token_is_kept(database_url: str) -> None:
    """Whoever reads the database cannot write with it."""
    engine = open_database(database_url, MIGRATIONS)
    with engine.begin() as connection:
        token = create_token(connection, DEVICE, NOW)
        (row,) = connection.execute(text("SELECT * FROM board_tokens")).all()
    engine.dispose()
    assert token.split("_", 2)[2] not in " ".join(map(str, row))


def test_rows_are_stored_as_sqlalchemy_writes_them(service: Running) -> None:
    """They are inserted by the driver itself, and found by queries that SQLAlchemy writes."""
    service.post(measured(0.25, payload={"power_mw": 1, "note": "居間"}, boot=2, seq=3))
    by_driver = text("SELECT * FROM device_measurements")
    with service.services.engine.begin() as connection:
        (stored,) = connection.execute(select(MEASUREMENTS)).all()
        (before,) = connection.execute(by_driver).mappings()
        connection.execute(delete(MEASUREMENTS))
        connection.execute(insert(MEASUREMENTS), [stored._asdict()])
        (after,) = connection.execute(by_driver).mappings()
    assert {**before, "payload": None} == {**after, "payload": None}
    assert stored.payload == {"power_mw": 1, "note": "居間"}
