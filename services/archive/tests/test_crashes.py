"""Power cuts, full disks, a second run, another process on the file: the old day or the new."""

import fcntl
import os
import random
import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from testbed.archive import DAY, Batch, MakeBatch
from testbed.victoria_metrics import VictoriaMetrics
from timeseries_io.victoria_metrics import Series, encode_series

START = datetime(2026, 11, 25, 15, tzinfo=UTC)
LABELS = {"house": "home", "room": "work", "shelf": "rack_1", "source": "native"}
SAMPLES = 720


def send(vm: VictoriaMetrics, devices: int, watts: float) -> None:
    """A day of many devices, each with this power."""
    at_ms = [round((START + timedelta(minutes=2 * n)).timestamp() * 1000) for n in range(SAMPLES)]
    lines = [
        encode_series(Series(_labels(device), at_ms, [watts] * SAMPLES))
        for device in range(devices)
    ]
    vm.post("/api/v1/import", "\n".join(lines))
    vm.settle()


def _labels(device: int) -> dict[str, str]:
    return {"__name__": "tplink_native_power_watts", "device": f"device_{device}", **LABELS}


@pytest.fixture
def archive(vm: VictoriaMetrics, batch: MakeBatch) -> Batch:
    """An archive with twenty devices' day in it."""
    send(vm, 20, 1.0)
    made = batch(ARCHIVE_SOURCE="victoriametrics", VICTORIAMETRICS_URL=vm.url)
    assert made.run("--date", str(DAY)).returncode == 0
    return made


def test_a_second_run_leaves_and_names_the_first(archive: Batch) -> None:
    """With its own exit code, and without touching anything."""
    with (archive.parquet / ".lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = archive.run("--date", str(DAY))
    assert found.returncode == 4
    assert "another run works on" in found.stderr
    assert "(process " in found.stderr
    assert archive.run("--date", str(DAY)).returncode == 0, "the lock is free again"


@pytest.mark.long
def test_a_reader_of_duckdb_leaves_the_load_to_the_next_run(
    archive: Batch, vm: VictoriaMetrics
) -> None:
    """The Parquet file is the new one already."""
    send(vm, 21, 1.0)
    with archive.reading():
        found = archive.run("--date", str(DAY))
    assert found.returncode == 5, found.stderr
    assert pq.read_metadata(archive.data()).num_rows == 21 * SAMPLES
    assert archive.query("SELECT count(*) FROM raw_meter_readings") == [(20 * SAMPLES,)]
    assert archive.run("--date", str(DAY)).returncode == 0
    assert archive.query("SELECT count(*) FROM raw_meter_readings") == [(21 * SAMPLES,)]


def check_whole(archive: Batch, allowed: set[int]) -> None:
    """The file and DuckDB each have a whole day, and readers of the folder see no other file."""
    files = sorted(archive.parquet.glob("raw_meter_readings/dt=*/*.parquet"))
    assert files == [archive.data()]
    assert pq.read_table(archive.data()).num_rows in allowed
    (counted,) = archive.query("SELECT count(*) FROM raw_meter_readings")
    assert counted[0] in allowed


def kill_at_random(archive: Batch, vm: VictoriaMetrics, kills: int) -> None:
    """Late data before each run, and a kill -9 at a random instant of it."""
    chosen = random.Random(19)  # noqa: S311 - repeatable, not secret
    began = time.monotonic()
    assert archive.run_alone("--date", str(DAY)).returncode == 0
    run_seconds = time.monotonic() - began
    for kill in range(kills):
        devices = 21 + kill
        send(vm, devices, 1.0)
        process = archive.start("--date", str(DAY))
        time.sleep(chosen.uniform(0.2, 1.1) * run_seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        check_whole(archive, {n * SAMPLES for n in range(20, devices + 1)})
    found = archive.run("--date", str(DAY))
    assert found.returncode == 0, found.stderr
    check_whole(archive, {devices * SAMPLES})
    assert list((archive.parquet / ".staging").iterdir()) == []


@pytest.mark.long
def test_a_kill_leaves_the_old_day_or_the_new(archive: Batch, vm: VictoriaMetrics) -> None:
    """At three random instants; the next run completes what is missing."""
    kill_at_random(archive, vm, kills=3)


@pytest.mark.long
def test_fifty_kills_leave_the_old_day_or_the_new(archive: Batch, vm: VictoriaMetrics) -> None:
    """At fifty random instants."""
    kill_at_random(archive, vm, kills=50)


@pytest.mark.parametrize("full", ["parquet", "duckdb"])
@pytest.mark.long
def test_a_full_disk_keeps_the_old_day(
    archive: Batch, vm: VictoriaMetrics, tmp_path: Path, full: str
) -> None:
    """A file system of little more than what is there: exit code 6, and every old row readable."""
    send(vm, 120, 1.5)
    folder = archive.parquet if full == "parquet" else archive.duckdb.parent
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    size_kib = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) // 1024 + 24
    script = (
        f"mount -t tmpfs -o size={size_kib}k tmpfs {folder} && cp -a {kept}/. {folder}/ && "
        f"{' '.join(archive.command('--date', str(DAY)))}; code=$?; "
        f"rm -rf {kept} && cp -a {folder} {kept}; exit $code"
    )
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    found = subprocess.run(  # noqa: S603 - programs of the test
        command, env=archive.env, capture_output=True, text=True, check=False
    )
    if "unshare" in found.stderr:
        pytest.skip("no mount namespace here")
    assert found.returncode == 6, found.stderr
    assert "o space left" in found.stderr
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    if full == "parquet":
        assert pq.read_table(archive.data()).num_rows == 20 * SAMPLES
    assert archive.query("SELECT count(*) FROM raw_meter_readings") == [(20 * SAMPLES,)]
    assert archive.run("--date", str(DAY)).returncode == 0
    check_whole(archive, {120 * SAMPLES})


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_named(archive: Batch) -> None:
    """The run ends with the command that mends it. Root without its privilege is as any user."""
    for path in (archive.parquet, *archive.parquet.rglob("*")):
        os.chown(path, 65534, 65534)
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    found = subprocess.run(  # noqa: S603 - programs of the test
        [*without, *archive.command("--date", str(DAY))],
        env=archive.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 6, found.stderr
    assert "belongs to user 65534, this process is user 0" in found.stderr
    assert f"sudo chown -R 0:0 {archive.parquet}" in found.stderr
