"""Runs against a real VictoriaMetrics: meter readings, every sample, and the way back."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pyarrow.parquet as pq
import pytest

from homeiot_batch import victoriametrics_reader
from homeiot_batch.config import Settings, house_of
from homeiot_batch.run_metrics import figures_text
from homeiot_batch.transform import local_day
from testbed.archive import DAY, Batch, MakeBatch
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from testbed.wall_clock import WallClock
from timeseries_io.victoria_metrics import VictoriaMetrics as Client

ROOT = Path(__file__).parents[3]
TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 25, 15, tzinfo=UTC).timestamp()
DAY_SECONDS = 86_400
PLACE = {"house": "home", "room": "work", "shelf": "rack_1"}
FRIDGE = {**PLACE, "device": "fridge", "source": "native"}
SERVER = {**PLACE, "device": "server", "source": "cloud"}


def send(
    vm: VictoriaMetrics, name: str, labels: dict[str, str], *points: tuple[float, float]
) -> None:
    vm.import_samples({"__name__": name, **labels}, points)


@pytest.fixture
def archive(vm: VictoriaMetrics, batch: MakeBatch) -> Batch:
    """An archive of this server."""
    return batch(ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=vm.url)


def archive_day(archive: Batch, code: int = 0, /, day: date = DAY, **env: str) -> str:
    found = archive.run("--date", str(day), **env)
    assert found.returncode == code, found.stderr
    return found.stderr


def rows(archive: Batch) -> list[dict]:
    return pq.read_table(archive.data()).to_pylist()


def test_a_day_is_half_open_to_the_millisecond(vm: VictoriaMetrics, archive: Batch) -> None:
    """`end` of an export is inclusive, the archive's is not."""
    points = [(START - 0.001, 1), (START, 2), (START + DAY_SECONDS - 0.001, 3)]
    send(vm, "tplink_native_power_watts", FRIDGE, *points, (START + DAY_SECONDS, 4))
    archive_day(archive)
    assert [row["instant_power_w"] for row in rows(archive)] == [2, 3]
    raw = pq.read_table(archive.data("raw_samples")).to_pylist()
    assert [row["ts_ms"] for row in raw] == [START * 1000, (START + DAY_SECONDS) * 1000 - 1]


def test_power_and_energy_of_one_scrape_are_one_row(vm: VictoriaMetrics, archive: Batch) -> None:
    """With the place by label; what only one of them has is missing in the other, by name."""
    send(vm, "tplink_native_power_watts", FRIDGE, (START, 100), (START + 60, 101))
    send(vm, "tplink_native_energy_total_kwh", FRIDGE, (START, 8.3), (START + 90, 8.4))
    send(vm, "switchbot_energy_total_kwh", SERVER, (START, 1001))
    send(vm, "tplink_native_device_up", FRIDGE, (START, 1))
    archive_day(archive)
    short = [
        (row["device"], row["source"], row["instant_power_w"], row["energy_import_kwh"])
        for row in rows(archive)
    ]
    assert short == [
        ("fridge", "native", 100, 8.3),
        ("fridge", "native", 101, 0.0),
        ("fridge", "native", 0.0, 8.4),
        ("server", "cloud", 0.0, 1001),
    ]
    qualities = [row["quality"].split() for row in rows(archive)]
    assert qualities[1] == ["energy_import_kwh:missing", "energy_export_kwh:missing"]
    assert qualities[2] == ["instant_power_w:missing", "energy_export_kwh:missing"]
    assert {name: rows(archive)[0][name] for name in PLACE} == PLACE


def test_a_meter_that_was_scraped_at_two_addresses_is_whole(
    vm: VictoriaMetrics, archive: Batch
) -> None:
    """An exporter that moved at noon: another `instance`, the same device; nothing is lost."""
    noon = START + DAY_SECONDS / 2
    for n, at in enumerate((START, noon, START + 60)):
        labels = {**FRIDGE, "instance": f"10.0.0.{n % 2}:9102"}
        send(vm, "tplink_native_power_watts", labels, (at, 100 + n))
        send(vm, "tplink_native_energy_total_kwh", labels, (at, 8 + n))
    archive_day(archive)
    found = [(row["instant_power_w"], row["energy_import_kwh"]) for row in rows(archive)]
    assert found == [(100, 8), (102, 10), (101, 9)]


def test_energy_that_is_fed_back_is_archived(vm: VictoriaMetrics, archive: Batch) -> None:
    """Of a meter that counts it; another one's is missing by name."""
    send(vm, "shelly_power_watts", FRIDGE, (START, -100), (START + 60, 5))
    send(vm, "shelly_energy_total_kwh", FRIDGE, (START, 8.3), (START + 60, 8.4))
    send(vm, "shelly_energy_exported_total_kwh", FRIDGE, (START, 1.5))
    archive_day(archive)
    found = [(row["energy_export_kwh"], row["quality"]) for row in rows(archive)]
    assert found == [(1.5, "measured"), (0.0, "energy_export_kwh:missing")]


def test_duplicates_stale_markers_and_infinity(tmp_path: Path, batch: MakeBatch) -> None:
    """One reading for an instant, none for a stale marker, an infinite one is invalid."""
    with victoria_metrics(tmp_path) as vm:
        send(vm, "tplink_native_power_watts", FRIDGE, (START, 5), (START + 1, 6))
        send(vm, "tplink_native_power_watts", FRIDGE, (START, 7))
        labels = ",".join(f'{name}="{value}"' for name, value in FRIDGE.items())
        at_ms = round(START * 1000) + 2000
        vm.post(
            "/api/v1/import/prometheus", f"tplink_native_power_watts{{{labels}}} +Inf {at_ms}\n"
        )
        vm.settle()
        archive = batch(ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=vm.url)
        archive_day(archive)
    found = [(row["instant_power_w"], row["quality"].split()[0]) for row in rows(archive)]
    assert found == [
        (7, "energy_import_kwh:missing"),
        (6, "energy_import_kwh:missing"),
        (0, "instant_power_w:invalid"),
    ]
    raw = pq.read_table(archive.data("raw_samples"))["value"].to_pylist()
    assert raw == [5, 7, 6, float("inf")], "every sample as it is"


def test_an_empty_day_is_archived_as_empty(archive: Batch) -> None:
    """Nothing was scraped."""
    archive_day(archive)
    assert rows(archive) == []


def test_memory_is_bounded_by_splitting(
    vm: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A span with more samples than may be in memory is read in parts, the same rows in order."""
    points = [(START + n, float(n)) for n in range(1000)]
    send(vm, "tplink_native_power_watts", FRIDGE, *points)
    monkeypatch.setattr(victoriametrics_reader, "MAX_SAMPLES_IN_MEMORY", 150)
    client = Client(vm.url)
    found = list(victoriametrics_reader.read_readings(client, local_day(DAY, TOKYO)))
    client.close()
    assert max(map(len, found)) <= 150
    values = [value for table in found for value in table["instant_power_w"].to_pylist()]
    assert values == [value for _, value in points]


def export(vm: VictoriaMetrics) -> list[str]:
    """Everything the server has of the day, in an order of its own."""
    params = {"match[]": '{__name__!=""}', "start": START, "end": START + DAY_SECONDS}
    answer = httpx.get(f"{vm.url}/api/v1/export", params=params, trust_env=False)
    lines = (json.loads(line) for line in answer.raise_for_status().text.splitlines())
    return sorted(json.dumps(line, sort_keys=True) for line in lines)


def test_restore_gives_an_empty_server_the_same_samples(
    vm: VictoriaMetrics, archive: Batch, tmp_path: Path
) -> None:
    """Every series, label, instant and value.

    A server rounds to what fits a block of its own: more than some twelve digits may differ.
    """
    odd = {**FRIDGE, "device": 'say "hi"\\, 電力'}
    send(
        vm,
        "tplink_native_power_watts",
        FRIDGE,
        *((START + n, round(n / 7, 6)) for n in range(2000)),
    )
    send(
        vm,
        "tplink_native_energy_total_kwh",
        odd,
        *((START + n, 1000 + round(n / 3, 6)) for n in range(500)),
    )
    send(vm, "up", {"job": "bff"}, (START + 5, 1))
    archive_day(archive)
    (tmp_path / "other").mkdir()
    with victoria_metrics(tmp_path / "other") as other:
        found = archive.run("restore", "--date", str(DAY), VICTORIAMETRICS_URL=other.url)
        assert found.returncode == 0, found.stderr
        assert "2501 samples restored" in found.stderr
        other.settle()
        assert export(other) == export(vm)


def test_restore_of_a_day_that_is_not_there_fails(archive: Batch) -> None:
    """By the name of the file."""
    found = archive.run("restore", "--date", "2026-01-01")
    assert found.returncode == 6
    assert "dt=2026-01-01/data.parquet is not there or damaged" in found.stderr


def test_a_server_that_is_away_fails_loudly(batch: MakeBatch) -> None:
    """Nothing is written."""
    url = f"http://127.0.0.1:{free_port()}"
    archive = batch(ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=url)
    archive_day(archive, 3)
    assert not archive.data().exists()


def test_the_figures_of_a_run_can_be_asked_for(vm: VictoriaMetrics, archive: Batch) -> None:
    """A success, its age and its rows; a failure changes the code and not the last success."""
    send(vm, "tplink_native_power_watts", FRIDGE, (START, 1), (START + 1, 2))
    before = time.time()
    archive_day(archive)
    vm.settle()
    (succeeded,) = vm.instant("archive_last_success_timestamp_seconds")
    assert before - 1 < succeeded[1] < time.time() + 1
    counts = {
        (labels["dataset"], labels["stage"]): value
        for labels, value in vm.instant("archive_last_run_rows")
    }
    assert counts["raw_meter_readings", "read"] == 2
    assert counts["raw_meter_readings", "written"] == 2
    assert counts["raw_meter_readings", "loaded"] == 2
    assert counts["raw_samples", "read"] == 2
    archive_day(archive, 3, ARCHIVE_SOURCE="influxdb", INFLUX_URL=f"http://127.0.0.1:{free_port()}")
    vm.settle()
    assert vm.instant("archive_last_run_exit_code")[0][1] == 3
    assert vm.instant("archive_last_success_timestamp_seconds")[0][1] == succeeded[1]


def test_a_house_in_another_zone_is_refused_by_name(archive: Batch, tmp_path: Path) -> None:
    """Days would be cut at another hour than the house's."""
    config = tmp_path / "devices.yaml"
    config.write_text(
        "house: home\ntime_zone: Europe/Berlin\ncurrency: EUR\n"
        "rooms: [{room: work, shelves: [{shelf: rack_1}]}]\n"
        "devices:\n  - device: nas\n    room: work\n    shelf: rack_1\n"
        "    sources: [{source: ble, id: aabbccddeeff, model: plug_mini_jp}]\n"
    )
    log = archive_day(archive, 2, CONFIG_FILE=str(config))
    assert "TZ is Asia/Tokyo, but time_zone" in log
    assert "is Europe/Berlin" in log


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TZ", "Asia/Edo"), ("PARQUET_COMPRESSION", "rar"), ("PARQUET_ROW_GROUP_SIZE", "0")],
)
def test_a_wrong_setting_is_named(archive: Batch, variable: str, value: str) -> None:
    """Before anything is done."""
    found = archive.run("--date", str(DAY), **{variable: value})
    assert found.returncode == 2
    assert f"{variable}: " in found.stderr


def test_a_day_that_is_not_over_is_refused(archive: Batch) -> None:
    """It would be archived in part and counted as done."""
    today = datetime.now(TOKYO).date()
    assert f"{today} is not over yet" in archive_day(archive, 2, day=today)
    yesterday = today - timedelta(days=1)
    assert f"raw_meter_readings {yesterday}: 0 rows" in archive.run().stderr


@pytest.mark.long
def test_a_day_that_a_wrong_clock_took_too_early_is_completed(
    vm: VictoriaMetrics, archive: Batch, tmp_path: Path
) -> None:
    """A day ahead it takes today for yesterday; the next run has what came since, each once."""
    clock = WallClock(tmp_path / "clock")
    env = clock.env
    clock.set(DAY_SECONDS)
    now = time.time()
    for count in (1, 2):
        points = [(now - 2 + n, n) for n in range(count)]
        send(vm, "tplink_native_power_watts", FRIDGE, *points)
        found = archive.run_alone(**env)
        assert found.returncode == 0, found.stderr
        (file,) = archive.parquet.glob("raw_meter_readings/dt=*/data.parquet")
        assert pq.read_table(file).num_rows == count


def test_the_figures_carry_the_house_of_the_configuration() -> None:
    """Several houses push into one VictoriaMetrics; the alert is of each."""
    settings = Settings(config_file=ROOT / "config/devices.example.yaml")
    house = house_of(settings)
    assert house == "home"
    lines = figures_text({("raw_samples", "read"): 2}, 0, 1.5, 9.0, house).splitlines()
    assert 'archive_last_success_timestamp_seconds{house="home"} 9.000' in lines
    assert all('house="home"' in line for line in lines)
    assert house_of(Settings(config_file=ROOT / "missing.yaml")) is None
