"""An exporter as a process of its own, and the page it serves."""

import os
import subprocess
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from service_kit.waiting import poll_until
from testbed.process import free_port, running, wait_limit_seconds

HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack}]}]
devices:
"""
TEXT = "text/plain"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The text of one scrape."""

    text: str

    def value(self, name: str, **labels: str) -> float | None:
        """The one sample of this name whose labels include these; None when there is none."""
        found = [v for series, v in self.samples() if _is_of(series, name, labels)]
        if len(found) > 1:
            message = f"{len(found)} samples of {name} have {labels}"
            raise ValueError(message)
        return found[0] if found else None

    def names_of(self, device: str, prefix: str) -> set[str]:
        """The names below `prefix` that have a sample of a device."""
        label = f'device="{device}"'
        of_device = {series.split("{")[0] for series, _ in self.samples() if label in series}
        return {name for name in of_device if name.startswith(prefix)}

    def samples(self) -> list[tuple[str, float]]:
        """Every (series, value) in the order of the page."""
        lines = [line for line in self.text.splitlines() if line and not line.startswith("#")]
        return [(series, float(value)) for series, value in (x.rsplit(" ", 1) for x in lines)]


def _is_of(series: str, name: str, labels: Mapping[str, str]) -> bool:
    wanted = all(f'{key}="{value}"' in series for key, value in labels.items())
    return series.split("{", maxsplit=1)[0] == name and wanted


@dataclass(frozen=True, slots=True)
class ExporterProcess:
    """Where it listens, the process and its log."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def scrape(self, accept: str = TEXT) -> MetricsPage:
        """`/metrics` as it is now."""
        headers = {"Accept": accept}
        answer = httpx.get(f"{self.url}/metrics", headers=headers, trust_env=False, timeout=30)
        return MetricsPage(answer.raise_for_status().text)

    def scrape_until(self, holds: Callable[[MetricsPage], bool]) -> MetricsPage:
        """The first page for which `holds` is true.

        Raises:
            TimeoutError: None came within TESTBED_WAIT_LIMIT_SECONDS; shows the end of the log.
        """
        page = MetricsPage("")

        def is_found() -> bool:
            nonlocal page
            page = self.scrape()
            return holds(page)

        if poll_until(is_found, wait_limit_seconds(), interval_seconds=0.02):
            return page
        message = f"{page.text}\n{self.log.read_text()[-3000:]}"
        raise TimeoutError(message)


def home_of(*sources: str) -> str:
    """Return a `devices.yaml` with one device for each source, such as `{source: ble, id: …}`.

    Devices are called `device_1`, `device_2` … and are on one shelf.
    """
    devices = (
        f"  - {{device: device_{number}, room: study, shelf: rack, sources: [{source}]}}\n"
        for number, source in enumerate(sources, 1)
    )
    return HOME + "".join(devices)


def settings_of(home: str, folder: Path, **changed: str) -> dict[str, str]:
    """Return the environment of any exporter that reads this home, each fifth of a second.

    Args:
        home: The text of `devices.yaml`.
        folder: Gets the configuration and the state.
        **changed: Settings of the exporter's own: accounts, base URLs, other intervals.
    """
    config_file = folder / "devices.yaml"
    config_file.write_text(home, encoding="utf-8")
    return {
        **os.environ,
        "CONFIG_FILE": str(config_file),
        "STATE_DIR": str(folder / "state"),
        "LISTEN_PORT": str(free_port()),
        "POLL_INTERVAL_SECONDS": "0.2",
        "DEADLINE_SECONDS": "2",
        **changed,
    }


@contextmanager
def exporter(
    command: Sequence[str | Path], settings: Mapping[str, str], log: Path
) -> Generator[ExporterProcess]:
    """Run an exporter; ready means that every device was tried once."""
    url = f"http://127.0.0.1:{settings['LISTEN_PORT']}"
    with running(command, ready_url=f"{url}/readyz", log=log, env=settings) as process:
        yield ExporterProcess(url, process, log)
