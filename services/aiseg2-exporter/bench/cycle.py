# ruff: noqa: INP001, T201 - a script, not a package
"""AiSEG2: what a cycle of forty circuits costs beside bare requests, and memory over a day.

    python services/aiseg2-exporter/bench/cycle.py > docs/performance-aiseg2.md

Both read the same emulated unit, which is a process of its own for the cycle. The day is simulated:
exporter and forwarder share each reading as they do in one process, over one midnight.
"""

import asyncio
import platform
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from aiseg2_emulator.household import Circuit, Household, constant
from aiseg2_emulator.server import PASSWORD, USER, Emulator, serving
from aiseg2_exporter.client import CIRCUITS_PATH, SUMMARY_PATH, Client, Connection
from aiseg2_exporter.exporter import Unit
from aiseg2_exporter.forwarder import Forwarder
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.points import make_points
from aiseg2_exporter.settings import Settings
from home_model.sources import Aiseg2Source
from service_kit.clock import Clock
from testbed.manual_clock import ManualClock
from timeseries_io.delivery import Delivery, Limits
from timeseries_io.forwarding import Outbox, open_outbox
from timeseries_io.line_protocol import encode_point

CIRCUITS, PAGES, ROUNDS = 40, 4, 100
POLL_SECONDS, DAY_SECONDS, WARM_SECONDS = 60, 86_400, 7_200
MAX_RATIO, MAX_GROWTH_PERCENT = 1.3, 5
HEAD = """# Performance of the AiSEG2 exporter

Measured by `services/aiseg2-exporter/bench/cycle.py` on {day}, Python {python}. A busy machine
makes all of it slower: the ratio is what counts.

| what | measured | wanted |
|---|---|---|"""


def make_house() -> Household:
    """Return forty circuits of different watts."""
    names = [f"回路　{number}" for number in range(CIRCUITS)]
    return Household(
        circuits=tuple(
            Circuit(str(8 + n), name, constant(10 + 7 * n)) for n, name in enumerate(names)
        ),
        sun=constant(900),
        energy_step_seconds=60.0,
    )


async def serve() -> None:
    """Serve the unit until standard input ends; print where."""
    async with serving(Emulator(make_house())) as host:
        print(host, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def unit_process() -> AsyncGenerator[str]:
    """Run the unit as a process; yield its host."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "serve",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin  # noqa: S101 - for the type checker
    assert process.stdout  # noqa: S101
    yield (await process.stdout.readline()).decode().strip()
    process.stdin.close()
    await process.wait()


async def bare_cycle(http: httpx.AsyncClient, auth: httpx.Auth) -> None:
    """Request the pages of a cycle and do nothing with them."""
    answer = await http.post(SUMMARY_PATH, data={"data": "{}"}, auth=auth)
    answer.raise_for_status()
    for number in range(1, PAGES + 1):
        page = await http.get(CIRCUITS_PATH, params={"id": str(number)}, auth=auth)
        page.raise_for_status()


async def seconds_of(action: Callable[[], Awaitable[object]]) -> float:
    """Return how long an action takes."""
    began = time.perf_counter()
    await action()
    return time.perf_counter() - began


async def measure_cycle() -> tuple[float, float]:
    """Return the median of a bare cycle and of ours, in milliseconds; they take turns."""
    bare, ours = list[float](), list[float]()
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(unit_process())
        base_url, auth = f"http://{host}", httpx.DigestAuth(USER, PASSWORD)
        http = httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=60)
        await stack.enter_async_context(http)
        client = Client(Connection(host, USER, PASSWORD, deadline_seconds=60))
        stack.push_async_callback(client.close)
        live = LiveReader(client, Clock())

        async def cycle() -> None:
            points = make_points(await live.read(0.0), time.time_ns())
            lines = [encode_point(point) for point in points]
            assert len(lines) == 4 + CIRCUITS  # noqa: S101 - a bench

        for _ in range(ROUNDS):
            bare.append(await seconds_of(lambda: bare_cycle(http, auth)))
            ours.append(await seconds_of(cycle))
    return 1000 * statistics.median(bare), 1000 * statistics.median(ours)


async def measure_memory(folder: Path) -> tuple[float, float]:
    """Return the memory after two and after twenty-four simulated hours, in MiB."""
    manual = ManualClock(datetime(2026, 11, 28, 3, tzinfo=UTC))
    clock = Clock(manual.monotonic, manual.now, lambda seconds: asyncio.sleep(0, seconds))
    emulator, warm_mib = Emulator(make_house(), now=manual.now), 0.0
    async with serving(emulator) as host:
        settings = Settings(aiseg2_host=host, aiseg2_password=PASSWORD, state_dir=folder)
        client = Client(settings.connection, clock.monotonic, clock.sleep)
        live = LiveReader(client, clock)
        unit, sources = Unit(client, live, settings, clock), list_sources()
        engine, tables = open_outbox(folder / "outbox.db")
        delivery = Delivery(
            engine, tables, lambda _: None, destination="nowhere", limits=Limits(), now=clock.now
        )
        forwarder = Forwarder(live, Outbox(engine, tables, delivery, clock), clock)
        for seconds in range(0, DAY_SECONDS, POLL_SECONDS):
            await unit.read(sources)
            await forwarder.cycle(0.5 * POLL_SECONDS)
            delivery.attempt()
            emulator.requests.clear()
            manual.pass_by(seconds=POLL_SECONDS)
            if seconds == WARM_SECONDS:
                warm_mib = memory_mib()
        engine.dispose()
        await client.close()
    return warm_mib, memory_mib()


def list_sources() -> list[Aiseg2Source]:
    """Return the house's meters and every circuit."""
    ids = ["use", "bought", "sold", "generation", *(c.id for c in make_house().circuits)]
    return [Aiseg2Source(source="aiseg2", id=source_id) for source_id in ids]


def memory_mib() -> float:
    """Return the memory of this process."""
    return psutil.Process().memory_info().rss / 2**20


def main() -> None:
    """Measure and print."""
    print(HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}", python=platform.python_version()))
    bare_ms, ours_ms = asyncio.run(measure_cycle())
    print(f"| bare requests of the {1 + PAGES} pages of {CIRCUITS} circuits | {bare_ms:.1f} ms | |")
    print(f"| a cycle: read, parse, points as lines | {ours_ms:.1f} ms | |")
    print(f"| ratio | {ours_ms / bare_ms:.2f} | <= {MAX_RATIO} |", flush=True)
    with TemporaryDirectory(prefix="aiseg2-bench-") as name:
        warm_mib, last_mib = asyncio.run(measure_memory(Path(name)))
    growth_percent = 100 * (last_mib - warm_mib) / warm_mib
    print(f"| memory after two simulated hours, emulator included | {warm_mib:.1f} MiB | |")
    print(f"| memory after twenty-four, over a midnight | {last_mib:.1f} MiB | |")
    print(f"| growth | {growth_percent:.1f} % | <= {MAX_GROWTH_PERCENT} % |")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        main()
