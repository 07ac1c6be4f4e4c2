# ruff: noqa: INP001, T201 - a script, not a package
"""What one native exporter takes to poll 250 emulated plugs every ten seconds.

    python services/tp-link-native-exporter/bench/plugs.py > docs/performance-plugs.md

Plugs (P110M) and exporter are a process each. A page is scraped every ten seconds, as a server
would; a poll is late when a reading on such a page is older than the interval and a second.
"""

import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from testbed.exporter import ExporterProcess, MetricsPage, exporter
from testbed.plugs import emulated_plugs, settings_of_exporter

PLUGS, INTERVAL_SECONDS, ROUNDS = 250, 10, 6
LATE_SECONDS = INTERVAL_SECONDS + 1
COMMAND = (sys.executable, "-m", "tp_link_native_exporter")
HEAD = """# Performance of the native exporter

Measured by `services/tp-link-native-exporter/bench/plugs.py` on {day}, Python {python},
python-kasa {library}, {cores} cores shared with the emulated plugs, load {load:.1f}. {plugs} plugs
(P110M), each polled every {interval} s, watched for {seconds:.0f} s. A house with more plugs than
one process holds has `SHARD`: kubernetes.md.

| what | measured | wanted |
|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One scrape.

    Attributes:
        at: Unix seconds.
    """

    at: float
    page: MetricsPage

    def total(self, name: str) -> float:
        """Return the sum of all samples of a name."""
        return sum(v for series, v in self.page.samples() if series.split("{")[0] == name)

    def late(self) -> int:
        """Return how many readings are older than a poll in time leaves them."""
        name = "tplink_native_reading_timestamp_seconds"
        taken = [v for series, v in self.page.samples() if series.split("{")[0] == name]
        return sum(self.at - each > LATE_SECONDS for each in taken)


def plug(number: int) -> dict[str, object]:
    """Return one plug as the emulator's file has it."""
    mac = f"50:91:E3:00:01:{number:02X}"
    return {"name": f"plug_{number}", "model": "P110M(EU) 1.2.3", "mac": mac, "watts": 4.321}


def scrape(running: ExporterProcess) -> Seen:
    """Return the page as it is now."""
    page = running.scrape()
    return Seen(time.time(), page)


def are_up(seen: Seen) -> bool:
    """Whether every plug has a reading."""
    return seen.total("tplink_native_device_up") == PLUGS


def watch(running: ExporterProcess) -> Iterator[Seen]:
    """Scrape once a round, the first time when all plugs were read for two rounds."""
    while not are_up(seen := scrape(running)):
        time.sleep(INTERVAL_SECONDS)
    time.sleep(INTERVAL_SECONDS)
    yield (seen := scrape(running))
    for number in range(1, ROUNDS + 1):
        time.sleep(max(0.0, seen.at + number * INTERVAL_SECONDS - time.time()))
        yield scrape(running)


def rows(seen: list[Seen]) -> Iterator[str]:
    """Yield the lines of the table."""
    first, last = seen[0], seen[-1]

    def grown(name: str) -> float:
        return last.total(name) - first.total(name)

    seconds = last.at - first.at
    polls = grown("exporter_poll_duration_seconds_count")
    share_percent = 100 * grown("process_cpu_seconds_total") / seconds
    poll_ms = 1000 * grown("exporter_poll_duration_seconds_sum") / polls
    rss_mib = last.total("process_resident_memory_bytes") / 2**20
    late, up = sum(each.late() for each in seen), last.total("tplink_native_device_up")
    yield f"| CPU of the exporter, scrapes included | {share_percent:.1f} % of one core | <= 100 |"
    yield f"| polls | {polls:.0f}, one of each plug every {PLUGS * seconds / polls:.2f} s | |"
    yield f"| polls that failed | {grown('exporter_poll_failures_total'):.0f} | 0 |"
    yield f"| readings on {len(seen)} pages that were late | {late} | 0 |"
    yield f"| plugs that are up at the end | {up:.0f} | {PLUGS} |"
    yield f"| a poll, mean | {poll_ms:.0f} ms | |"
    yield f"| memory of the exporter | {rss_mib:.0f} MiB | |"


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="plugs-bench-") as name:
        folder = Path(name)
        with emulated_plugs(folder, [plug(number) for number in range(PLUGS)]) as plugs:
            interval = str(INTERVAL_SECONDS)
            settings = settings_of_exporter(plugs.home(), folder, POLL_INTERVAL_SECONDS=interval)
            with exporter(COMMAND, settings, folder / "exporter.log") as running:
                seen = list(watch(running))
    head = HEAD.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        python=platform.python_version(),
        library=version("python-kasa"),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        plugs=PLUGS,
        interval=INTERVAL_SECONDS,
        seconds=seen[-1].at - seen[0].at,
    )
    print(head, *rows(seen), sep="\n")


if __name__ == "__main__":
    main()
