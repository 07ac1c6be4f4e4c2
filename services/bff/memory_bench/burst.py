"""The BFF of a made-up house after forty large questions, eight at once."""

import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import httpx
from bench.made_up_house import MINUTES_PER_DAY, import_devices, write_home
from bench.measure import wait_until_built
from bench.process import peak_mebibytes
from bench.questions import Asked, by_day, by_device, by_hour, cost

from memory_bench.used import LIKE_AN_IMAGE, Used, cpu_seconds, used_by
from testbed.bff import Bff, bff, settings_of
from testbed.victoria_metrics import victoria_metrics

DAYS, QUESTIONS, AT_ONCE = 60, 40, 8
SETTLED_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What the BFF has in memory, and what it and VictoriaMetrics took.

    Attributes:
        rested: When it has just started on a ledger that is complete.
        after: A moment after the questions.
        peak_mib: The most it ever had.
        cpu_seconds: Of the BFF for all questions.
        server: Of VictoriaMetrics after them, which was started on its data.
    """

    rested: Used
    after: Used
    peak_mib: float
    cpu_seconds: float
    server: Used


def by_day_and_device(asked: Asked) -> object:
    """The last month's cost by day and device."""
    begin = (asked.end - timedelta(days=30)).isoformat()
    return cost(asked, **{"from": begin, "by": "day", "group_by": "device"})


LARGE: tuple[Callable[[Asked], object], ...] = (by_device, by_hour, by_day, by_day_and_device)


def bursts(
    folder: Path, devices: int, variants: Mapping[str, Mapping[str, str]]
) -> dict[str, Burst]:
    """Return what each variant of the environment comes to, all on one house.

    Args:
        folder: Gets the house.
        devices: How many it has.
        variants: Variables of the allocator, by a name for the table.
    """
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - timedelta(days=DAYS)
    write_home(folder / "devices.yaml", devices)
    with victoria_metrics(folder) as server:
        begin_ms, minutes = round(start.timestamp() * 1000), DAYS * MINUTES_PER_DAY + 1
        import_devices(server.url, range(devices), begin_ms, minutes)
        with _bff(folder, server.url, {}) as running:
            wait_until_built(running)
    with victoria_metrics(folder) as server:

        def ask(settings: Mapping[str, str]) -> Burst:
            with _bff(folder, server.url, settings) as running, _client(server.url) as http:
                asked = Asked(running.http, http, server.process.pid, start, end)
                return burst(asked, running)

        return {name: ask(settings) for name, settings in variants.items()}


def burst(asked: Asked, running: Bff) -> Burst:
    """Ask forty questions, eight at once."""
    pid = running.process.pid
    wait_until_built(running)
    time.sleep(SETTLED_SECONDS)
    rested, before = used_by(pid), cpu_seconds(pid)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda ask: ask(asked), islice(cycle(LARGE), QUESTIONS)))
    took = cpu_seconds(pid) - before
    time.sleep(SETTLED_SECONDS)
    return Burst(rested, used_by(pid), peak_mebibytes(pid), took, used_by(asked.server_pid))


@contextmanager
def _bff(folder: Path, url: str, settings: Mapping[str, str]) -> Generator[Bff]:
    of_bff = settings_of(folder, url, folder / "devices.yaml")
    env = {key: value for key, value in of_bff.items() if not key.startswith("MALLOC_")}
    with bff(folder, {**env, **LIKE_AN_IMAGE, **settings}) as running:
        yield running


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=120)
