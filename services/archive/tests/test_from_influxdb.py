"""The whole run against a real InfluxDB 1.6."""

import math
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pyarrow.parquet as pq
import pytest

from homeiot_batch import influx_reader
from homeiot_batch.errors import SourceError
from homeiot_batch.influx_reader import InfluxAddress, read_readings
from homeiot_batch.transform import local_day
from testbed.archive import DAY, Batch, MakeBatch
from testbed.influxdb import InfluxDB, influxdb
from testbed.process import free_port

TOKYO = ZoneInfo("Asia/Tokyo")
DATABASE = "home_energy"
START = datetime(2026, 11, 25, 15, tzinfo=UTC)
END = START + timedelta(days=1)


def nanoseconds(at: datetime) -> int:
    return round(at.timestamp()) * 10**9


def write(influx: InfluxDB, *lines: str, **params: str) -> None:
    answer = httpx.post(
        f"{influx.url}/write",
        params={"db": DATABASE, **params},
        content="\n".join(lines),
        trust_env=False,
        timeout=60,
    )
    answer.raise_for_status()


def point(at: datetime, fields: str = "instant_power_w=100", source: str = "meter1") -> str:
    return f"power,source={source} {fields} {nanoseconds(at)}"


@pytest.fixture
def archive(influx: InfluxDB, batch: MakeBatch) -> Batch:
    """An archive of this InfluxDB's database."""
    influx.create_database(DATABASE)
    return batch(INFLUX_URL=influx.url)


def rows(archive: Batch, day: date = DAY) -> list[dict]:
    return pq.read_table(archive.data(day=day)).to_pylist()


def archive_day(archive: Batch, day: date = DAY, code: int = 0, **env: str) -> str:
    found = archive.run("--date", str(day), **env)
    assert found.returncode == code, found.stderr
    return found.stderr


def test_a_day_is_half_open_to_the_nanosecond(influx: InfluxDB, archive: Batch) -> None:
    """From 00:00 in Japan, the last instant before the next 00:00 included."""
    before, last = nanoseconds(START) - 1, nanoseconds(END) - 1
    write(
        influx,
        f"power instant_power_w=1 {before}",
        f"power instant_power_w=2 {nanoseconds(START)}",
        f"power instant_power_w=3 {last}",
        f"power instant_power_w=4 {nanoseconds(END)}",
    )
    log = archive_day(archive)
    assert [row["instant_power_w"] for row in rows(archive)] == [2, 3]
    assert archive.query("SELECT sum(instant_power_w), count(*) FROM raw_meter_readings") == [
        (5, 2)
    ]
    assert "2 rows read, written" in log
    assert "2 rows loaded" in log


@pytest.mark.parametrize(("day", "length_hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_of_berlin_has_its_hours(
    influx: InfluxDB, archive: Batch, day: str, length_hours: int
) -> None:
    """Where clocks change a day is an hour shorter or longer."""
    start = local_day(date.fromisoformat(day), ZoneInfo("Europe/Berlin")).start
    write(influx, *(point(start + timedelta(hours=n)) for n in range(-1, length_hours + 1)))
    archive_day(archive, date.fromisoformat(day), TZ="Europe/Berlin")
    assert len(rows(archive, date.fromisoformat(day))) == length_hours
    assert archive.query("SELECT DISTINCT DATE(ts_local) FROM raw_meter_readings") == [
        (date.fromisoformat(day),)
    ]


def test_fields_and_the_tag_become_columns(influx: InfluxDB, archive: Batch) -> None:
    """Integers are numbers, a missing field is named, a missing tag gets the default."""
    write(
        influx,
        point(START, "instant_power_w=0,energy_import_kwh=1001i,energy_export_kwh=2.5", "meter2"),
        f"power energy_import_kwh=1002i,other=1 {nanoseconds(START) + 1500}",
        f"power other=1 {nanoseconds(START) + 3000}",
    )
    archive_day(archive, SOURCE_DEFAULT="meter7")
    first, second = rows(archive)
    assert (first["source"], first["quality"]) == ("meter2", "measured")
    assert (first["energy_import_kwh"], first["energy_export_kwh"]) == (1001.0, 2.5)
    assert (second["source"], second["energy_import_kwh"]) == ("meter7", 1002.0)
    assert second["quality"] == "instant_power_w:missing energy_export_kwh:missing"
    assert second["ts_utc"] == START + timedelta(microseconds=1), "microseconds, cut"


@pytest.mark.usefixtures("archive")
def test_a_field_that_changed_its_type_keeps_all_points(influx: InfluxDB) -> None:
    """A shard of InfluxDB ends on Monday 00:00 UTC, within the Monday of Japan: 09:00."""
    monday = date(2026, 11, 30)
    start = local_day(monday, TOKYO).start
    border = start + timedelta(hours=9)
    write(influx, *(point(start + timedelta(hours=n), f"energy_import_kwh={n}") for n in range(9)))
    write(
        influx,
        point(border, 'energy_import_kwh="9.5"'),
        point(border + timedelta(hours=1), 'energy_import_kwh="broken"'),
        point(border + timedelta(hours=2), 'energy_import_kwh=""'),
    )
    found = list(read_readings(_address(influx), local_day(monday, TOKYO)))
    values = [value for table in found for value in table["energy_import_kwh"].to_pylist()]
    assert values[:10] == [*range(9), 9.5]
    assert all(math.isnan(value) for value in values[10:])
    assert len(values) == 12


def test_an_empty_day_is_archived_as_empty(influx: InfluxDB, archive: Batch) -> None:
    """The measurement has points on other days."""
    write(influx, point(END))
    assert "0 rows read, written" in archive_day(archive)
    assert rows(archive) == []
    assert archive.query("SELECT rows FROM archive_days") == [(0,)]


def test_a_wrong_measurement_is_no_empty_day(influx: InfluxDB, archive: Batch) -> None:
    """InfluxDB answers both alike; the message has the names that exist."""
    write(influx, point(START))
    log = archive_day(archive, code=2, INFLUX_MEASUREMENT="pwer")
    assert "has no measurement pwer; INFLUX_MEASUREMENT may be one of: power" in log
    assert not archive.data().exists()


def test_a_wrong_database_is_no_empty_day(archive: Batch) -> None:
    """It is HTTP 200, too."""
    assert "database not found: other" in archive_day(archive, code=2, INFLUX_BUCKET="other")


def test_a_retention_policy_is_a_setting(influx: InfluxDB, archive: Batch) -> None:
    """Points in one that is not the default are invisible without its name."""
    influx.query(f'CREATE RETENTION POLICY "long" ON "{DATABASE}" DURATION INF REPLICATION 1')
    write(influx, point(START), rp="long")
    archive_day(archive, INFLUX_RETENTION_POLICY="long")
    assert len(rows(archive)) == 1


def test_repeated_runs_are_equal(influx: InfluxDB, archive: Batch) -> None:
    """The file stays byte for byte, and DuckDB has each row once."""
    write(
        influx, *(point(START + timedelta(minutes=n), source=f"meter{n % 3}") for n in range(300))
    )
    archive_day(archive)
    before = archive.data().read_bytes()
    assert "300 rows read, unchanged" in archive_day(archive)
    assert archive.data().read_bytes() == before
    assert archive.query("SELECT count(*) FROM raw_meter_readings") == [(300,)]


def test_late_data_are_taken_by_refresh(influx: InfluxDB, archive: Batch) -> None:
    """Of the last days; those without late data stay as they were."""
    today = datetime.now(TOKYO).date()
    days = [today - timedelta(days=n) for n in (3, 2, 1)]
    noon = [local_day(day, TOKYO).start + timedelta(hours=12) for day in days]
    write(influx, *(point(at) for at in noon))
    assert archive.run("--refresh", "3").returncode == 0
    unchanged = archive.data(day=days[2]).read_bytes()
    write(influx, point(noon[1] + timedelta(minutes=5)))
    log = archive.run("--refresh", "3").stderr
    assert f"raw_meter_readings {days[1]}: 2 rows read, written" in log
    assert f"raw_meter_readings {days[1]}: 2 rows loaded" in log
    assert archive.data(day=days[2]).read_bytes() == unchanged
    counted = archive.query("SELECT count(*) FROM raw_meter_readings GROUP BY dt ORDER BY dt")
    assert counted == [(1,), (2,), (1,)]


def test_a_database_made_anew_does_not_empty_the_archive(influx: InfluxDB, archive: Batch) -> None:
    """The run fails with its own code and keeps what it has."""
    write(influx, point(START), point(START + timedelta(hours=1)))
    archive_day(archive)
    influx.query(f'DROP DATABASE "{DATABASE}"')
    influx.create_database(DATABASE)
    write(influx, point(START))
    assert "the source has 1 rows, the archive 2" in archive_day(archive, code=8)
    assert archive.query("SELECT count(*) FROM raw_meter_readings") == [(2,)]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """An InfluxDB that wants a login."""
    env = {"INFLUXDB_HTTP_AUTH_ENABLED": "true"}
    with influxdb(tmp_path_factory.mktemp("guarded"), env=env) as server:
        post = {"q": "CREATE USER boss WITH PASSWORD 'secret-word' WITH ALL PRIVILEGES"}
        httpx.post(f"{server.url}/query", data=post, trust_env=False).raise_for_status()
        login = {"u": "boss", "p": "secret-word"}
        server.query(f'CREATE DATABASE "{DATABASE}"', **login)
        write(server, point(START), **login)
        yield server


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"INFLUX_USERNAME": "boss", "INFLUX_PASSWORD": "secret-word"}, 0),
        # A token is for InfluxDB 2; the server's version decides, and the log names what was used.
        ({"INFLUX_USERNAME": "boss", "INFLUX_PASSWORD": "secret-word", "INFLUX_TOKEN": "t0ken"}, 0),
        ({"INFLUX_USERNAME": "boss", "INFLUX_PASSWORD": "wrong-word"}, 2),
        ({"INFLUX_TOKEN": "boss:secret-word"}, 2),
        ({}, 2),
    ],
)
def test_only_the_right_login_reads(
    guarded: InfluxDB, batch: MakeBatch, login: dict[str, str], code: int
) -> None:
    """A wrong one is a matter of configuration, and no word of it is logged."""
    archive = batch(INFLUX_URL=guarded.url, **login)
    log = archive_day(archive, code=code)
    assert ("refuses the login (401)" in log) == bool(code)
    assert ("INFLUX_USERNAME is used" in log) == ("INFLUX_USERNAME" in login)
    assert not [word for word in ("secret-word", "wrong-word", "t0ken") if word in log]


def test_a_server_that_is_away_is_named(batch: MakeBatch) -> None:
    """Nothing is written; the next run tries again."""
    archive = batch(INFLUX_URL=f"http://127.0.0.1:{free_port()}")
    assert "InfluxDB at http://127.0.0.1" in archive_day(archive, code=3)
    assert not archive.data().exists()


def _address(influx: InfluxDB) -> InfluxAddress:
    return InfluxAddress(url=influx.url, database=DATABASE, measurement="power")


def test_a_row_limit_loses_nothing(tmp_path: Path) -> None:
    """`max-row-limit` cuts an answer with HTTP 200: the count differs, and the span is split."""
    with influxdb(tmp_path, env={"INFLUXDB_HTTP_MAX_ROW_LIMIT": "100"}) as influx:
        influx.create_database(DATABASE)
        write(influx, *(point(START + timedelta(seconds=n)) for n in range(1000)))
        found = list(read_readings(_address(influx), local_day(DAY, TOKYO)))
    assert sum(map(len, found)) == 1000
    assert max(map(len, found)) <= 100


@pytest.mark.usefixtures("archive")
def test_memory_is_bounded_by_splitting(influx: InfluxDB, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour with more rows than may be in memory is read in parts, in order."""
    monkeypatch.setattr(influx_reader, "MAX_ROWS_IN_MEMORY", 150)
    write(influx, *(point(START + timedelta(seconds=n)) for n in range(1000)))
    found = list(read_readings(_address(influx), local_day(DAY, TOKYO)))
    assert max(map(len, found)) <= 150
    instants = [at for table in found for at in table["ts_utc"].to_pylist()]
    assert instants == [START + timedelta(seconds=n) for n in range(1000)]


@pytest.mark.usefixtures("archive")
def test_a_server_killed_while_it_is_read_fails_loudly(influx: InfluxDB) -> None:
    """Never a part of a day."""
    write(influx, *(point(START + timedelta(minutes=n)) for n in range(1440)))
    found = read_readings(_address(influx), local_day(DAY, TOKYO))
    next(found)
    influx.process.send_signal(signal.SIGKILL)
    influx.process.wait()
    with pytest.raises(SourceError):
        list(found)


@pytest.mark.long
def test_a_day_of_a_million_rows_needs_bounded_memory(influx: InfluxDB, archive: Batch) -> None:
    """1,036,800 rows of twelve meters are archived with less than 300 MiB."""
    for hour in range(24):
        for part in range(4):
            begin = START + timedelta(hours=hour, minutes=15 * part)
            write(
                influx,
                *(
                    point(
                        begin + timedelta(seconds=n),
                        f"instant_power_w={n / 7},energy_import_kwh={n / 1e3}",
                        f"meter{meter}",
                    )
                    for n in range(900)
                    for meter in range(12)
                ),
            )
    log = archive.run_alone("--date", str(DAY), LOG_LEVEL="DEBUG").stderr
    assert "1036800 rows read, written" in log
    assert archive.query("SELECT count(*), count(DISTINCT source) FROM raw_meter_readings") == [
        (1_036_800, 12)
    ]
    (peak_mib,) = [float(line.rpartition(" ")[2]) for line in log.splitlines() if "peak" in line]
    assert peak_mib < 300
