"""As many plugs as one shard of a large house has."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service_kit.waiting import poll_until
from testbed.exporter import ExporterProcess, MetricsPage, exporter
from testbed.plugs import emulated_plugs, settings_of_exporter
from testbed.process import wait_limit_seconds

HURRIED = (sys.executable, Path(__file__).parent / "hurried_exporter.py")
PLUGS = [
    {
        "name": f"plug_{number}",
        "model": "P110M(EU) 1.2.3",
        "mac": f"50:91:E3:00:01:{number:02X}",
        "watts": 4.321,
    }
    for number in range(250)
]
INTERVAL_SECONDS = 15
ROUNDS = 3
SCRAPED_SECONDS = 5.0


def polls(page: MetricsPage) -> float:
    found = [v for series, v in page.samples() if "exporter_poll_duration_seconds_count" in series]
    return sum(found)


def are_up(page: MetricsPage) -> int:
    return sum(v == 1 for series, v in page.samples() if "tplink_native_device_up" in series)


@pytest.mark.long
def test_one_shard_of_250_plugs_holds_its_interval(tmp_path: Path) -> None:
    """All are up for rounds, and a round takes less than half of its interval of one CPU.

    CPU time, as wall time would depend on what else runs here; plugs themselves answer at once.
    """
    with emulated_plugs(tmp_path, PLUGS) as plugs:
        settings = settings_of_exporter(
            plugs.home(), tmp_path, POLL_INTERVAL_SECONDS=str(INTERVAL_SECONDS), SHARD="0/1"
        )
        with exporter(HURRIED, settings, tmp_path / "exporter.log") as running:
            first = page_when(running, lambda page: are_up(page) == len(PLUGS))
            enough = polls(first) + ROUNDS * len(PLUGS)
            last = page_when(running, lambda page: polls(page) >= enough)
            assert are_up(last) == len(PLUGS)
            round_seconds = cpu_seconds(first, last) / (polls(last) - polls(first)) * len(PLUGS)
            assert round_seconds < INTERVAL_SECONDS / 2


def page_when(running: ExporterProcess, holds: Callable[[MetricsPage], bool]) -> MetricsPage:
    """As seldom as a server scrapes: a page of so many devices takes CPU time, too."""
    pages = [running.scrape()]

    def is_found() -> bool:
        pages.append(running.scrape())
        return holds(pages[-1])

    assert poll_until(is_found, wait_limit_seconds(), interval_seconds=SCRAPED_SECONDS)
    return pages[-1]


def cpu_seconds(first: MetricsPage, last: MetricsPage) -> float:
    before, after = (page.value("process_cpu_seconds_total") for page in (first, last))
    assert before is not None
    assert after is not None
    return after - before
