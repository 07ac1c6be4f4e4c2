# ruff: noqa: INP001, T201 - a script, not a package
"""`/metrics` of a thousand devices beside a bare page of `prometheus_client` with the same series.

    python packages/exporter-kit/bench/page.py > docs/performance-metrics.md

Both are served by the kit's server, each by a process of its own, and scraped in turns. The kit's
is a whole exporter, whose one request reads all devices; the bare one has each series of that page
as a gauge whose value was set.
"""

import asyncio
import os
import platform
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
from prometheus_client import CollectorRegistry, Gauge, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

from exporter_kit import Exporter, ExporterSettings, PollGroup, main
from exporter_kit.server import Endpoints, serve
from home_model.readings import Reading
from home_model.sources import NativeSource
from testbed.exporter import home_of
from testbed.process import free_port, running

DEVICES, SCRAPES, MAX_RATIO = 1_000, 25, 1.3
NAME = "bench-exporter"
HEAD = """# Performance of /metrics

Measured by `packages/exporter-kit/bench/page.py` on {day}, Python {python}, prometheus_client
{library}, {cores} cores, load {load:.1f}. {devices} devices, {series} series,
{kilobytes:.0f} kB; medians of {scrapes} scrapes in turns. A busy machine makes all of it slower:
the ratio is what counts.

| what | the exporter's page | bare page of as many series | ratio | wanted |
|---|---|---|---|---|"""


@dataclass(slots=True)
class Page:
    """A served page, and what each of its scrapes took."""

    url: str
    process: psutil.Process
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def scrape(self, http: httpx.Client) -> str:
        """Return the page."""
        cpu_before, began = self._cpu_seconds(), time.perf_counter()
        text = http.get(f"{self.url}/metrics").raise_for_status().text
        self.wall_ms.append(1000 * (time.perf_counter() - began))
        self.cpu_ms.append(1000 * (self._cpu_seconds() - cpu_before))
        return text

    def forget(self) -> None:
        """Begin the next measurement."""
        self.wall_ms.clear()
        self.cpu_ms.clear()

    def _cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


async def read(sources: Sequence[NativeSource]) -> Mapping[NativeSource, Reading]:
    """Return what a Tapo plug gives, other numbers for each."""
    return {source: _reading(number) for number, source in enumerate(sources)}


def _reading(number: int) -> Reading:
    return Reading(
        at=datetime.now(UTC),
        power_watts=0.1 + number * 1.37,
        voltage_volts=100.3,
        current_amperes=0.013 * number,
        energy_lifetime_kwh=1_000.001 + number,
        extra={"switch_on": 1.0, "signal_dbm": -55.0, "overload": 0.0},
    )


@asynccontextmanager
async def open_exporter(_settings: ExporterSettings) -> AsyncGenerator[Exporter]:
    """Read every device by one request, so that no poll falls into a scrape."""
    yield Exporter((PollGroup(NativeSource, group=lambda _: "all", read=read),))


async def serve_bare(page: str, port: int) -> None:
    """Serve the series of a page from gauges until the process is stopped."""
    registry = as_gauges(page)

    def text(accept: str) -> tuple[bytes, str]:
        encoder, content_type = choose_encoder(accept)
        return encoder(registry), content_type

    ends = Endpoints(NAME, "0", text, is_alive=lambda: True, is_ready=lambda: True)
    async with serve(ends, "127.0.0.1", port):
        await asyncio.Event().wait()


def as_gauges(page: str) -> CollectorRegistry:
    """Return a registry with a gauge for each name of a page, and all of its series."""
    disable_created_metrics()
    registry, gauges = CollectorRegistry(), dict[str, Gauge]()
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            names = list(sample.labels)
            if sample.name not in gauges:
                gauges[sample.name] = Gauge(
                    sample.name, family.documentation, names, registry=registry
                )
            gauge = gauges[sample.name]
            (gauge.labels(**sample.labels) if names else gauge).set(sample.value)
    return registry


def series_of(page: str) -> int:
    """Return how many series a page has."""
    return sum(1 for line in page.splitlines() if line and not line.startswith("#"))


def measure(kit: Page, bare: Page, headers: Mapping[str, str]) -> str:
    """Scrape both in turns; return the text of the kit's page."""
    with httpx.Client(headers=headers, trust_env=False, timeout=60) as http:
        for page in (kit, bare):
            page.scrape(http)
            page.forget()
        for _ in range(SCRAPES):
            text = kit.scrape(http)
            bare.scrape(http)
    return text


def rows(kit: Page, bare: Page, kind: str, wanted: str) -> list[str]:
    """Return the lines of the table for one kind of scrape."""
    means: dict[str, Callable[[Page], float]] = {
        "until the last byte": lambda page: statistics.median(page.wall_ms),
        "of its process, mean": lambda page: statistics.fmean(page.cpu_ms),
    }
    lines = []
    for what, of in means.items():
        unit = "ms of CPU" if "process" in what else "ms"
        ours, theirs = of(kit), of(bare)
        lines.append(
            f"| {kind}, {what} | {ours:.1f} {unit} | {theirs:.1f} {unit} "
            f"| {ours / theirs:.2f} | {wanted} |"
        )
    return lines


def start_kit(folder: Path, held: ExitStack) -> Page:
    """Start the exporter of all devices."""
    port = free_port()
    home = folder / "devices.yaml"
    sources = (
        f'{{source: native, id: "50:91:E3:00:{n // 256:02X}:{n % 256:02X}", address: "127.0.0.1"}}'
        for n in range(DEVICES)
    )
    home.write_text(home_of(*sources), encoding="utf-8")
    settings = {
        "CONFIG_FILE": str(home),
        "STATE_DIR": str(folder),
        "LISTEN_PORT": str(port),
        "POLL_INTERVAL_SECONDS": "3600",
    }
    return start([sys.executable, __file__, "kit"], port, folder, held, settings)


def start(
    command: list[str], port: int, folder: Path, held: ExitStack, settings: Mapping[str, str]
) -> Page:
    """Start a process that serves a page, until `held` is closed."""
    url = f"http://127.0.0.1:{port}"
    begin = partial(running, command, ready_url=f"{url}/readyz", log=folder / "bench.log")
    process = held.enter_context(begin(env={**os.environ, **settings}))
    return Page(url, psutil.Process(process.pid))


def print_table() -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="page-bench-") as name, ExitStack() as held:
        folder = Path(name)
        kit = start_kit(folder, held)
        time.sleep(3)  # until the counters are saved and so exposed
        text = httpx.get(f"{kit.url}/metrics", trust_env=False, timeout=60).text
        page, port = folder / "page.txt", free_port()
        page.write_text(text, encoding="utf-8")
        command = [sys.executable, __file__, "bare", str(page), str(port)]
        bare = start(command, port, folder, held, {})
        text = measure(kit, bare, {"Accept-Encoding": "identity"})
        lines = rows(kit, bare, "plain", f"<= {MAX_RATIO}")
        measure(kit, bare, {"Accept-Encoding": "gzip"})
        lines += rows(kit, bare, "gzip", f"<= {MAX_RATIO}")
    print(HEAD.format(**circumstances(text)), *lines, sep="\n")


def circumstances(text: str) -> dict[str, object]:
    """Return what the head of the table says."""
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "library": version("prometheus_client"),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "devices": DEVICES,
        "series": series_of(text),
        "kilobytes": len(text) / 1000,
        "scrapes": SCRAPES,
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["kit"]:
            sys.exit(main(NAME, ExporterSettings, open_exporter, []))
        case ["bare", page_file, listen_port]:
            asyncio.run(serve_bare(Path(page_file).read_text("utf-8"), int(listen_port)))
        case _:
            print_table()
