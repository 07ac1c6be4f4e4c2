"""The measurements service's own tables, made by its migrations: every row and body of a day."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, insert

from homeiot_batch import measurements_reader
from homeiot_batch.measurements_reader import read_measurements
from homeiot_batch.transform import local_day
from measurements.tables import MEASUREMENTS, RAW
from measurements.wiring import MIGRATIONS
from service_kit.database import open_database
from testbed.archive import DAY, MakeBatch
from testbed.postgresql import find_program
from testbed.victoria_metrics import VictoriaMetrics

TOKYO = ZoneInfo("Asia/Tokyo")
START = local_day(DAY, TOKYO).start
PAYLOAD = {"device_id": "esp32-kitchen", "temperature": 21.5, "note": "台所", "list": [1, None]}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the measurements are."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'measurements.sqlite3'}"
    if not find_program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    """A day's measurements, the ones beside it, and two bodies."""
    engine = open_database(url, MIGRATIONS)
    instants = [timedelta(microseconds=-1), timedelta(0), timedelta(hours=9), timedelta(days=1)]
    with engine.begin() as connection:
        connection.execute(
            insert(MEASUREMENTS),
            [
                measured(START + after, seq=n, power_mw=None if n == 1 else 1234.5)
                for n, after in enumerate(instants)
            ],
        )
        connection.execute(insert(RAW), [raw(START, {"a": "x" * 100}), raw(START, [1, 2])])
    yield engine
    engine.dispose()


def measured(at: datetime, **values: object) -> dict[str, object]:
    return {
        "device_id": "esp32-kitchen",
        "recorded_at": at,
        "received_at": at + timedelta(days=2),  # a board that was offline
        "boot": 7,
        "temperature": 21.5,
        "payload": PAYLOAD,
        **values,
    }


def raw(at: datetime, payload: object) -> dict[str, object]:
    return {"device_id": "esp32-hall", "received_at": at, "reason": "no time", "payload": payload}


@pytest.mark.usefixtures("database")
def test_a_day_has_every_row_and_body(url: str, vm: VictoriaMetrics, batch: MakeBatch) -> None:
    """By the instant of the measurement, in every column; bodies by when they arrived."""
    archive = batch(
        ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=vm.url, MEASUREMENTS_DATABASE_URL=url
    )
    found = archive.run("--date", str(DAY))
    assert found.returncode == 0, found.stderr
    rows = pq.read_table(archive.data("raw_measurements")).to_pylist()
    first, second, *bodies = [row for row in rows if row["table_name"]]
    assert [(row["table_name"], row["ts_utc"]) for row in (first, second)] == [
        ("device_measurements", START),
        ("device_measurements", START + timedelta(hours=9)),
    ]
    assert (first["power_mw"], second["power_mw"]) == (None, 1234.5)
    assert json.loads(second["payload"]) == PAYLOAD
    columns = json.loads(second["row"])
    assert set(columns) == {column.name for column in MEASUREMENTS.columns} - {"payload"}
    assert (columns["boot"], columns["seq"]) == (7, 2)
    received = datetime.fromisoformat(columns["received_at"])
    assert received.astimezone(UTC) == START + timedelta(days=2, hours=9)
    assert [json.loads(row["payload"]) for row in bodies] == [{"a": "x" * 100}, [1, 2]]
    assert json.loads(bodies[0]["row"])["reason"] == "no time"
    assert (
        "raw_measurements 2026-11-26: 4 rows read, unchanged"
        in archive.run("--date", str(DAY)).stderr
    )


@pytest.mark.usefixtures("database")
def test_rows_come_in_parts(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of large bodies is not in memory at once."""
    monkeypatch.setattr(measurements_reader, "ROWS_AT_ONCE", 1)
    tables = list(read_measurements(url, local_day(DAY, TOKYO)))
    assert [len(table) for table in tables] == [1, 1, 1, 1]
