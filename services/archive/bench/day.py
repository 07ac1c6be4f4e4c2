# ruff: noqa: INP001, T201 - a script, not a package; its paths are its own
"""A day of 200 devices, one sample a minute: the archive beside a bare export, COPY and load.

`python services/archive/bench/day.py` prints a table for docs/performance-archive.md.
"""

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import httpx

from homeiot_batch.config import Settings
from homeiot_batch.datasets import datasets
from homeiot_batch.run_archive import Report, archive_day, load, use_little_memory
from homeiot_batch.transform import local_day
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from timeseries_io.victoria_metrics import Series, encode_series

DAY = date(2026, 11, 26)
DEVICES, MINUTES, TIMES = 200, 1440, 5
NOW = datetime(2026, 11, 26, 15, 5, tzinfo=UTC)
MAX_RATIO, MAX_MIB = 2.0, 300
COPY_SECONDS: list[float] = []
ENVIRONMENT = {"archive_source", "victoriametrics_url", "parquet_base_dir", "duckdb_path", "tz"}
HEAD = f"""# Performance of the archive

Measured by `services/archive/bench/day.py` on {{day}}, Python {{python}}: a day of
{DEVICES} devices, one sample a minute of power and energy, from VictoriaMetrics to the loaded
DuckDB; the best of {TIMES}. A busy machine makes all of it slower: the ratio is what counts.

| what | measured | wanted |
|---|---|---|"""


def send_day(server: VictoriaMetrics) -> None:
    """Write power and energy of all devices, as plugs send them."""
    start_ms = round(local_day(DAY, ZoneInfo("Asia/Tokyo")).start.timestamp() * 1000)
    at_ms = [start_ms + 60_000 * minute for minute in range(MINUTES)]
    for device in range(DEVICES):
        labels = {"house": "home", "room": "work", "shelf": f"rack_{device % 9}"}
        labels |= {"device": f"device_{device}", "source": "native"}
        watts = [round(100 + (minute * (device + 1)) % 170 / 10, 1) for minute in range(MINUTES)]
        kwh = [round(device + minute * 0.0017, 3) for minute in range(MINUTES)]
        lines = [
            encode_series(Series({"__name__": name, **labels}, at_ms, values))
            for name, values in (
                ("tplink_native_power_watts", watts),
                ("tplink_native_energy_total_kwh", kwh),
            )
        ]
        server.post("/api/v1/import", "\n".join(lines))
    server.settle()


def best(action: Callable[[], object]) -> float:
    """Return the shortest of some runs, in seconds."""
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def export(url: str) -> None:
    """Fetch the day's two families and do nothing with them."""
    span = local_day(DAY, ZoneInfo("Asia/Tokyo"))
    form = {
        "match[]": '{__name__=~"tplink_native_(power_watts|energy_total_kwh)"}',
        "start": f"{span.start.timestamp():.3f}",
        "end": f"{span.end.timestamp() - 0.001:.3f}",
    }
    with httpx.Client(trust_env=False, timeout=60) as http:
        http.post(f"{url}/api/v1/export", data=form).raise_for_status()


def settings_of(folder: Path, url: str) -> Settings:
    """Return the settings of an archive in a folder."""
    return Settings.model_validate(
        {
            "archive_source": "victoriametrics",
            "victoriametrics_url": url,
            "parquet_base_dir": folder / "parquet",
            "duckdb_path": folder / "home.duckdb",
            "tz": "Asia/Tokyo",
        }
    )


def archive_once(url: str) -> None:
    """Archive the meter readings into an empty folder, from the export to the loaded DuckDB."""
    with TemporaryDirectory(prefix="archive-bench-") as folder:
        settings, report = settings_of(Path(folder), url), Report()
        readings = datasets(settings, NOW)[0]
        archive_day(settings, readings, DAY, report, allow_fewer_rows=False)
        load(settings, report)
        assert report.rows[readings.name, "loaded"] == DEVICES * MINUTES  # noqa: S101 - a bench


def bare_copy(file: Path, target: Path) -> None:
    """Write the same columns by DuckDB alone."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"CREATE TABLE day AS FROM '{file}'")
        began = time.perf_counter()
        connection.execute(f"COPY day TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        COPY_SECONDS.append(time.perf_counter() - began)


def bare_load(file: Path, folder: Path) -> None:
    """Load a file into a new DuckDB file."""
    target = folder / f"bare-{time.monotonic_ns()}.duckdb"
    with duckdb.connect(target, config={"threads": 2}) as connection:
        connection.execute(f"CREATE TABLE day AS FROM '{file}'")


def process_peak_mib(folder: Path, url: str) -> float:
    """Return the peak memory of the command as a process, every dataset included."""
    settings = settings_of(folder, url)
    env = {name.upper(): str(value) for name, value in settings if value and name in ENVIRONMENT}
    found = subprocess.run(  # noqa: S603 - this project's program
        [sys.executable, "-m", "homeiot_batch.run_archive", "--date", str(DAY)],
        env={**os.environ, **env, "LOG_LEVEL": "DEBUG"},
        capture_output=True,
        text=True,
        check=True,
    )
    (peak,) = re.findall(r"peak memory in MiB: (\d+)", found.stderr)
    return float(peak)


def main() -> None:
    """Measure and print."""
    use_little_memory()  # as the command does
    with TemporaryDirectory(prefix="archive-bench-") as name, victoria_metrics(Path(name)) as vm:
        folder = Path(name)
        send_day(vm)
        peak_mib = process_peak_mib(folder, vm.url)
        file = folder / f"parquet/raw_meter_readings/dt={DAY}/data.parquet"
        export_seconds = best(lambda: export(vm.url))
        best(lambda: bare_copy(file, folder / "copy.parquet"))
        load_seconds = best(lambda: bare_load(file, folder))
        archive_seconds = best(lambda: archive_once(vm.url))
    bare_seconds = export_seconds + min(COPY_SECONDS) + load_seconds
    print(HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}", python=platform.python_version()))
    print(f"| bare export | {export_seconds:.3f} s | |")
    print(f"| bare COPY of the same columns | {min(COPY_SECONDS):.3f} s | |")
    print(f"| bare load into a new DuckDB file | {load_seconds:.3f} s | |")
    print(f"| the archive, in the process | {archive_seconds:.3f} s | |")
    print(f"| ratio | {archive_seconds / bare_seconds:.2f} | <= {MAX_RATIO} |")
    print(f"| peak memory of the command, with raw samples | {peak_mib:.0f} MiB | < {MAX_MIB} |")


if __name__ == "__main__":
    main()
