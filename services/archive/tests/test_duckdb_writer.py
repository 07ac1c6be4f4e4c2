"""Loading days into a DuckDB file, without any server."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from homeiot_batch.duckdb_writer import DuckdbOptions, load_day, loaded_fingerprints, opened
from homeiot_batch.errors import ConfigurationError, DuckdbBusyError, StorageError
from homeiot_batch.parquet_writer import Partition, Written, write_day
from homeiot_batch.transform import READINGS, RowContext, archive_rows, local_day, row_schema
from testbed.archive import Batch

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 27)
JAPANS_MIDNIGHT = datetime(2026, 11, 27)  # noqa: DTZ001 - a wall clock
NOW = datetime(2026, 11, 28, 15, 5, tzinfo=UTC)
GOLDEN_TYPES = [
    ("ts_utc", "TIMESTAMP WITH TIME ZONE"),
    ("ts_jst", "TIMESTAMP"),
    ("source", "VARCHAR"),
    ("instant_power_w", "DOUBLE"),
    ("energy_import_kwh", "DOUBLE"),
    ("energy_export_kwh", "DOUBLE"),
    ("ingested_at", "TIMESTAMP WITH TIME ZONE"),
    ("quality", "VARCHAR"),
    ("dt", "DATE"),
    ("house", "VARCHAR"),
    ("room", "VARCHAR"),
    ("shelf", "VARCHAR"),
    ("device", "VARCHAR"),
]


def write(folder: Path, values: list[float], zone: ZoneInfo = TOKYO, day: date = DAY) -> Written:
    """A day's file with one reading an hour."""
    start = local_day(day, zone).start
    rows: dict[str, list] = {name: [None] * len(values) for name in READINGS.names}
    rows["ts_utc"] = [start + timedelta(hours=n) for n in range(len(values))]
    rows["instant_power_w"] = values
    table = archive_rows(pa.table(rows, schema=READINGS), RowContext(day, zone, NOW, "meter1"))
    return write_day(
        partition(folder, day),
        [table],
        row_schema(zone),
        fingerprint_columns=["ts_utc", "instant_power_w"],
    )


def partition(folder: Path, day: date = DAY) -> Partition:
    return Partition(folder, "raw_meter_readings", day)


def options(folder: Path, zone: ZoneInfo = TOKYO) -> DuckdbOptions:
    return DuckdbOptions(
        folder / "duckdb" / "home_energy.duckdb", zone, busy_wait=timedelta(seconds=20)
    )


def load(folder: Path, written: Written, zone: ZoneInfo = TOKYO, day: date = DAY) -> int:
    with opened(options(folder, zone)) as connection:
        return load_day(connection, partition(folder, day), written.manifest, zone)


def query(folder: Path, text: str, time_zone: str = "UTC") -> list[tuple]:
    with duckdb.connect(folder / "duckdb" / "home_energy.duckdb", read_only=True) as connection:
        connection.execute(f"SET TimeZone = '{time_zone}'")
        return connection.execute(text).fetchall()


def test_the_table_has_these_columns_in_this_order(tmp_path: Path) -> None:
    """Those of the Parquet file; `ts_jst` without a zone."""
    load(tmp_path, write(tmp_path, [1.0]))
    described = query(tmp_path, "DESCRIBE raw_meter_readings")
    assert [(name, type_) for name, type_, *_ in described] == GOLDEN_TYPES


def test_a_row_is_this_tuple(tmp_path: Path) -> None:
    """The instant, Japan's wall clock, the values, and what follows."""
    load(tmp_path, write(tmp_path, [12.5]))
    (row,) = query(tmp_path, "FROM raw_meter_readings")
    quality = "energy_import_kwh:missing energy_export_kwh:missing"
    place = (None, None, None, None)
    head = (
        datetime(2026, 11, 26, 15, tzinfo=UTC),
        JAPANS_MIDNIGHT,
        "meter1",
        12.5,
        0.0,
        0.0,
    )
    assert row == (*head, NOW, quality, DAY, *place)


def test_a_day_is_deleted_then_inserted(tmp_path: Path) -> None:
    """The day before in the house's zone; other days stay."""
    load(tmp_path, write(tmp_path, [9.0], day=date(2026, 11, 26)), day=date(2026, 11, 26))
    load(tmp_path, write(tmp_path, [1.0, 2.0]))
    assert load(tmp_path, write(tmp_path, [3.0, 4.0, 5.0])) == 3
    found = query(tmp_path, "SELECT dt, instant_power_w FROM raw_meter_readings ORDER BY ts_utc")
    assert found == [(date(2026, 11, 26), 9.0), (DAY, 3.0), (DAY, 4.0), (DAY, 5.0)]


@pytest.mark.parametrize("session_zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_the_date_does_not_depend_on_the_sessions_zone(
    tmp_path: Path, session_zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while it is written nor while it is read: all 24 hours are of the Japanese day."""
    monkeypatch.setenv("TZ", session_zone)
    load(tmp_path, write(tmp_path, [1.0] * 24))
    counted = query(
        tmp_path, "SELECT DATE(ts_jst), count(*) FROM raw_meter_readings GROUP BY 1", session_zone
    )
    assert counted == [(DAY, 24)]


def test_a_house_elsewhere_has_its_local_time(tmp_path: Path) -> None:
    """A day of 25 hours in Berlin is one `dt`, and one date of `ts_local`."""
    day = date(2026, 10, 25)
    load(tmp_path, write(tmp_path, [1.0] * 25, BERLIN, day), BERLIN, day)
    found = query(
        tmp_path, "SELECT dt, DATE(ts_local), count(*) FROM raw_meter_readings GROUP BY ALL"
    )
    assert found == [(day, day, 25)]


def test_what_was_loaded_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    """A run that could not load leaves a file whose fingerprint is not there."""
    first = write(tmp_path, [1.0])
    load(tmp_path, first)
    with opened(options(tmp_path)) as connection:
        assert loaded_fingerprints(connection) == {DAY: first.manifest.fingerprint}
        assert write(tmp_path, [1.0, 2.0]).manifest.fingerprint != first.manifest.fingerprint


def test_a_dropped_table_is_loaded_again(tmp_path: Path) -> None:
    """Days count as loaded only as long as their rows' table is there."""
    load(tmp_path, write(tmp_path, [1.0]))
    with duckdb.connect(options(tmp_path).path) as connection:
        connection.execute("DROP TABLE raw_meter_readings")
    with opened(options(tmp_path)) as connection:
        assert loaded_fingerprints(connection) == {}


def test_a_damaged_file_is_not_loaded(tmp_path: Path) -> None:
    """DuckDB itself would read a flipped bit; the old rows stay."""
    load(tmp_path, write(tmp_path, [1.0]))
    written = write(tmp_path, [1.0, 2.0])
    content = bytearray(partition(tmp_path).data.read_bytes())
    content[40] ^= 1
    partition(tmp_path).data.write_bytes(content)
    with pytest.raises(StorageError, match="is damaged"):
        load(tmp_path, written)
    assert query(tmp_path, "SELECT count(*) FROM raw_meter_readings") == [(1,)]


def test_a_table_of_another_program_is_refused(tmp_path: Path) -> None:
    """Rows in other columns would be read wrongly by position."""
    options(tmp_path).path.parent.mkdir()
    with duckdb.connect(options(tmp_path).path) as connection:
        connection.execute("CREATE TABLE raw_meter_readings (ts_utc TIMESTAMP)")
    with pytest.raises(ConfigurationError, match="has the columns"), opened(options(tmp_path)):
        pass


def test_a_reader_that_leaves_in_time_is_waited_for(tmp_path: Path) -> None:
    """Even a reader blocks the writer."""
    load(tmp_path, write(tmp_path, [1.0]))
    waits: list[float] = []
    with Batch(tmp_path, {}).reading() as other:

        def leave(seconds: float) -> None:
            waits.append(seconds)
            other.communicate()

        with opened(options(tmp_path), sleep=leave) as connection:
            assert loaded_fingerprints(connection)
    assert len(waits) == 1


def test_a_reader_that_stays_ends_the_attempt(tmp_path: Path) -> None:
    """With an error of its own, which names the process."""
    load(tmp_path, write(tmp_path, [1.0]))
    waits: list[float] = []
    with (
        Batch(tmp_path, {}).reading() as other,
        pytest.raises(DuckdbBusyError, match=f"PID {other.pid}"),
        opened(options(tmp_path), sleep=waits.append),
    ):
        pass
    assert sum(waits) == 20
