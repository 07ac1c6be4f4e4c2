"""What the real vmsingle stores of a plug that fails."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.exporter import ExporterProcess
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics
from testbed.virtual_home import VirtualHome

LIMIT_SECONDS = 60


@pytest.fixture
def scraped(start: Callable[..., ExporterProcess]) -> ExporterProcess:
    """An exporter that vmsingle scrapes."""
    return start(POLL_INTERVAL_SECONDS="0.5")


@pytest.fixture
def scraping_vm(tmp_path: Path, scraped: ExporterProcess) -> Iterator[VictoriaMetrics]:
    """A real vmsingle that scrapes it each second."""
    scrape_config = tmp_path / "scrape.yaml"
    target = scraped.url.removeprefix("http://")
    scrape_config.write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: switchbot, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    with victoria_metrics(tmp_path, scrape_config=scrape_config) as server:
        yield server


def wait_until(vm: VictoriaMetrics, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, vm.instant("switchbot_device_up")
        time.sleep(0.1)
        vm.settle()


def wait_for_device_up(vm: VictoriaMetrics, value: float) -> None:
    """Until vmsingle has scraped this value of the server's `device_up`."""
    up = 'switchbot_device_up{device="server"}'
    wait_until(vm, lambda: [v for _, v in vm.instant(up)] == [value])


def test_a_failed_plug_is_silent_after_the_next_scrape(
    home: VirtualHome, scraping_vm: VictoriaMetrics
) -> None:
    """Its watts are not held for five minutes: the scrape with `device_up` 0 ends them."""
    wait_for_device_up(scraping_vm, 1)
    assert scraping_vm.instant('switchbot_power_watts{device="server"}')
    home.set_online("server", online=False)
    wait_for_device_up(scraping_vm, 0)
    for word in ("power_watts", "energy_total_kwh", "voltage_volts", "reading_timestamp_seconds"):
        assert scraping_vm.instant(f'switchbot_{word}{{device="server"}}') == []
    assert scraping_vm.instant('switchbot_power_watts{device="nas"}')
    home.set_online("server", online=True)
    wait_for_device_up(scraping_vm, 1)
    assert scraping_vm.instant('switchbot_power_watts{device="server"}')


def test_the_labels_are_the_place_tree_and_the_source(
    home: VirtualHome, scraping_vm: VictoriaMetrics
) -> None:
    """Nothing of what the cloud sends becomes a label, and the counter has its exact name."""
    home.set_watts("server", 200)
    counter = 'switchbot_energy_total_kwh{device="server"}'
    wait_until(scraping_vm, lambda: bool(scraping_vm.instant(counter)))  # once it is saved
    ((labels, _),) = scraping_vm.instant(counter)
    assert labels.keys() - {"job", "instance"} == {
        "__name__",
        "house",
        "room",
        "shelf",
        "device",
        "source",
    }
