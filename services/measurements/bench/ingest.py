# ruff: noqa: INP001, T201 - a script, not a package; its paths are its own
"""Batches of measurements over HTTP, beside the same rows by bare SQLAlchemy Core.

`python services/measurements/bench/ingest.py` prints a table for docs/performance-measurements.md.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import httpx
import psutil
from sqlalchemy import Engine, insert

from measurements.tables import MEASUREMENTS, for_writing
from measurements.wiring import MIGRATIONS
from service_kit.database import open_database
from testbed.postgresql import find_program, postgresql
from testbed.process import free_port, running

DEVICE, OTHER = "esp32-bench", "esp32-bare"
# How many turns of each size.
BATCHES = {1: 61, 50: 41, 1_000: 21}
MIN_RATIO_AT_1000 = 0.5
MANY, MAX_GROWTH_MIB = 100_000, 100
HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: kitchen, shelves: [{shelf: wall}]}]
devices:
  - {device: sensor, room: kitchen, shelf: wall, sources: [{source: esp32, id: esp32-bench}]}
"""
HEAD = """# Performance of measurements

Measured by `services/measurements/bench/ingest.py` on {day}, Python {python}: measurements a
second of a placed board, sent as NDJSON, each batch in one durable transaction with what
VictoriaMetrics is to get of it, beside the same rows by bare SQLAlchemy Core in as many
transactions. A batch of one and a batch of the other take turns, and the median of each is shown,
so that other work of the machine slows both alike. Bodies and rows are made before the clock
starts. Processor time is that of the service, its threads included, and that of Core in this
process; the client and a server of PostgreSQL are in neither.

| database | batch | API, 1/s | bare Core, 1/s | ratio | wanted | CPU of a batch, ms: API | Core |
|---|---|---|---|---|---|---|---|"""
START = datetime(2026, 1, 1, tzinfo=UTC)


def numbers() -> Iterator[int]:
    """Yield 0, 1, 2 …: each is a second of its own, so that no measurement comes twice."""
    number = 0
    while True:
        yield number
        number += 1


def document(number: int) -> dict[str, object]:
    """Return a measurement as a board sends it."""
    return {
        "deviceId": DEVICE,
        "recordedAt": (START + timedelta(seconds=number)).isoformat(),
        "boot": 1,
        "seq": number,
        "temperature": 20 + number % 100 / 10,
        "humidity": None,
        "payload": payload(number),
    }


def payload(number: int) -> dict[str, float]:
    """Return what the power sensor measured."""
    return {"voltage_v": 5.012, "current_ma": 100 + number % 50, "power_mw": 500 + number % 250}


def row(number: int) -> dict[str, object]:
    """Return the same as a row."""
    return {
        "device_id": OTHER,
        "recorded_at": START + timedelta(seconds=number),
        "received_at": START,
        "boot": 1,
        "seq": number,
        "temperature": 20 + number % 100 / 10,
        "humidity": None,
        "payload": payload(number),
        **payload(number),
        "checksum": number,
    }


@dataclass(frozen=True, slots=True)
class Turn:
    """What one batch took: by the clock, and of the processor."""

    seconds: float
    cpu_seconds: float


def timed(write: Callable[[], None], cpu_seconds: Callable[[], float]) -> Turn:
    """Return what a write takes."""
    cpu_before, began = cpu_seconds(), time.perf_counter()
    write()
    return Turn(time.perf_counter() - began, cpu_seconds() - cpu_before)


def take_turns(
    batch: int, post: Callable[[list[int]], Turn], write: Callable[[list[int]], Turn], name: str
) -> tuple[Turn, Turn]:
    """Return what a batch takes the API and Core, whose turns follow one another."""
    sent, bare = COUNTERS.setdefault(name, (numbers(), numbers()))
    of_api, of_core = [], []
    for _ in range(BATCHES[batch]):
        of_api.append(post([next(sent) for _ in range(batch)]))
        of_core.append(write([next(bare) for _ in range(batch)]))
    return typical(of_api), typical(of_core)


def typical(turns: Sequence[Turn]) -> Turn:
    """Return the median by the clock, and the mean of the processor's ticks of 10 ms."""
    return Turn(median(t.seconds for t in turns), mean(t.cpu_seconds for t in turns))


def measure(url: str, folder: Path, name: str) -> bool:
    """Print the lines of one database; return whether they are as wanted."""
    environment = settings(url, folder)
    token = run(environment, "token", "add", DEVICE)
    log, port = folder / "service.log", environment["MEASUREMENTS_PORT"]
    ready = f"http://127.0.0.1:{environment['LISTEN_PORT']}/readyz"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    engine = open_database(url, MIGRATIONS)
    program = [sys.executable, "-m", "measurements"]
    with (
        running(program, ready_url=ready, log=log, env=environment) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as http,
    ):
        service = psutil.Process(process.pid)
        is_good = min([_compare(http, service, engine, batch, name) for batch in BATCHES])
        is_good &= _memory(http, service, name)
    engine.dispose()
    return is_good


def _compare(
    http: httpx.Client, service: psutil.Process, engine: Engine, batch: int, name: str
) -> bool:
    def post(numbered: list[int]) -> Turn:
        content = "".join(json.dumps(document(number)) + "\n" for number in numbered)

        def write() -> None:
            answer = http.post("/api/measurements", content=content).raise_for_status().json()
            assert answer["new"] == batch  # noqa: S101 - else the figure means nothing

        return timed(write, lambda: sum(service.cpu_times()[:2]))

    def insert_rows(numbered: list[int]) -> Turn:
        made = [row(number) for number in numbered]

        def write() -> None:
            with for_writing(engine).begin() as connection:
                connection.execute(insert(MEASUREMENTS), made)

        return timed(write, time.process_time)

    of_api, of_core = take_turns(batch, post, insert_rows, name)
    wanted = MIN_RATIO_AT_1000 if batch == max(BATCHES) else None
    ratio = of_core.seconds / of_api.seconds
    print(
        f"| {name} | {batch} | {batch / of_api.seconds:,.0f} | {batch / of_core.seconds:,.0f} "
        f"| {ratio:.2f} | {f'at least {wanted}' if wanted else ''} "
        f"| {of_api.cpu_seconds * 1_000:.0f} | {of_core.cpu_seconds * 1_000:.0f} |"
    )
    return wanted is None or ratio >= wanted


COUNTERS: dict[str, tuple[Iterator[int], Iterator[int]]] = {}


def _memory(http: httpx.Client, process: psutil.Process, name: str) -> bool:
    """Send many lines, in batches and then at once, which is refused; print how memory grew."""
    before = process.memory_info().rss
    sent, _ = COUNTERS[name]
    for _ in range(MANY // 1_000):
        content = "".join(json.dumps(document(next(sent))) + "\n" for _ in range(1_000))
        http.post("/api/measurements", content=content).raise_for_status()
    refused = http.post("/api/measurements", content=b"{}\n" * MANY).status_code
    grown_mib = (process.memory_info().rss - before) / 2**20
    print(
        f"| {name} | {MANY:,} in batches of 1,000, then at once (HTTP {refused}) | "
        f"memory {grown_mib:+.0f} MiB | | | at most +{MAX_GROWTH_MIB} | | |"
    )
    return grown_mib <= MAX_GROWTH_MIB and refused == httpx.codes.REQUEST_ENTITY_TOO_LARGE


def settings(url: str, folder: Path) -> Mapping[str, str]:
    """Return the environment of a service without VictoriaMetrics, whose outbox grows."""
    (folder / "devices.yaml").write_text(HOME, encoding="utf-8")
    return {
        **os.environ,
        "CONFIG_FILE": str(folder / "devices.yaml"),
        "DATABASE_URL": url,
        "VICTORIAMETRICS_URL": f"http://127.0.0.1:{free_port()}",
        "MEASUREMENTS_PORT": str(free_port()),
        "LISTEN_PORT": str(free_port()),
        "MAX_REQUESTS_PER_MINUTE": "1000000",
    }


def run(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a command of the service and return what it prints."""
    command = [sys.executable, "-m", "measurements", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return done.stdout.strip()


def main() -> int:
    """Print the page; return 1 where a figure is not as wanted."""
    today = datetime.now(UTC).date()
    print(HEAD.format(day=today, python=platform.python_version()))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        results = [measure(f"sqlite:///{folder / 'measurements.sqlite3'}", folder, "SQLite")]
        if find_program("initdb"):
            results.append(measure(stack.enter_context(postgresql()), folder, "PostgreSQL"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
