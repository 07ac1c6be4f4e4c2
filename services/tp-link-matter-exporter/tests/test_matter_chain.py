"""Virtual plug → real Matter server → exporter → /metrics, with everything that dies on the way."""

import subprocess
import sys
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from matter_network.network import MatterNetwork
from testbed.exporter import ExporterProcess, MetricsPage, exporter
from testbed.wall_clock import WallClock

pytestmark = pytest.mark.long  # a Matter server and plugs that are commissioned

DEVICES = ("kettle", "lamp")
ONLY_UP = {"tplink_matter_device_up"}
COUNTERS_MWH = count(20, 20)  # of a plug that all tests share


def of(page: MetricsPage, word: str, device: str) -> float | None:
    labels = {"house": "home", "room": "study", "shelf": "desk", "source": "matter"}
    return page.value(f"tplink_matter_{word}", device=device, **labels)


def both_up(page: MetricsPage) -> bool:
    return all(of(page, "device_up", device) == 1 for device in DEVICES)


def test_both_shapes_of_plug_are_read_in_si_units(
    network: MatterNetwork, process: ExporterProcess
) -> None:
    """mW, mV, mA; RMS where the plain attribute is missing; a change is there without polling."""
    first = {"power_milliwatts": 4321, "voltage_millivolts": 100_500, "current_milliamperes": 43}
    network.set("TAPO-1", **first, on=True)
    network.set("EVE-1", **first)
    page = process.scrape_until(
        lambda page: all(of(page, "current_amperes", device) == 0.043 for device in DEVICES)
    )
    for device in DEVICES:
        assert of(page, "power_watts", device) == 4.321
        assert of(page, "voltage_volts", device) == 100.5
        assert of(page, "device_up", device) == 1
    assert of(page, "switch_on", "kettle") == 1
    network.set("EVE-1", current_milliamperes=None)
    page = process.scrape_until(lambda page: of(page, "current_amperes", "lamp") is None)
    assert of(page, "power_watts", "lamp") == 4.321, "null is the absence of one value"


def test_the_plugs_own_counter_is_followed(
    network: MatterNetwork, process: ExporterProcess
) -> None:
    """CumulativeEnergyImported, to the mWh; a rise that nothing can carry is not counted."""
    before = process.scrape_until(lambda page: of(page, "energy_total_kwh", "lamp") is not None)
    counted_kwh, counter_mwh = of(before, "energy_total_kwh", "lamp"), next(COUNTERS_MWH)
    assert counted_kwh is not None
    expected = pytest.approx(counted_kwh + 0.00002, abs=1e-9)
    network.set("EVE-1", energy_milliwatt_hours=counter_mwh)
    process.scrape_until(lambda page: of(page, "energy_total_kwh", "lamp") == expected)
    network.set("EVE-1", energy_milliwatt_hours=counter_mwh + 7_000_000)
    network.set("EVE-1", power_milliwatts=5678)
    page = process.scrape_until(lambda page: of(page, "power_watts", "lamp") == 5.678)
    assert of(page, "energy_total_kwh", "lamp") == expected
    network.set("EVE-1", energy_milliwatt_hours=counter_mwh)


def has_counted(kwh: object, page: MetricsPage) -> bool:
    return of(page, "energy_total_kwh", "lamp") == kwh


def test_a_clock_that_is_set_neither_counts_energy_nor_loses_it(
    network: MatterNetwork, settings: dict[str, str], tmp_path: Path
) -> None:
    """Minutes and an hour ahead, and back: what the plug counts is counted, and nothing else."""
    clock = WallClock(tmp_path / "clock")
    command = (sys.executable, "-m", "tp_link_matter_exporter")
    with exporter(command, settings | clock.env, tmp_path / "log") as process:
        page = process.scrape_until(lambda page: of(page, "energy_total_kwh", "lamp") is not None)
        counted_kwh = of(page, "energy_total_kwh", "lamp") or 0.0
        for step in (300, 3900, 0):
            clock.set(step)
            counted_kwh += 0.00002
            network.set("EVE-1", energy_milliwatt_hours=next(COUNTERS_MWH))
            process.scrape_until(partial(has_counted, pytest.approx(counted_kwh, abs=1e-9)))
        assert both_up(process.scrape())
        assert "Traceback" not in process.log.read_text()


def test_a_plug_killed_without_goodbye_is_silent_while_the_server_still_believes_in_it(
    network: MatterNetwork, process: ExporterProcess
) -> None:
    """Judged by time and a read that gets no answer; the other plug is not touched."""
    process.scrape_until(both_up)
    logged_before = process.log.read_text().count("kettle/matter is down")
    network.kill("TAPO-1")
    page = process.scrape_until(lambda page: of(page, "device_up", "kettle") == 0)
    assert page.names_of("kettle", "tplink_matter_") == ONLY_UP
    assert of(page, "device_up", "lamp") == 1
    kettle, _ = sorted(network.command("get_nodes"), key=lambda node: node["node_id"])
    assert kettle["available"] is True
    network.start("TAPO-1")
    network.set("TAPO-1", power_milliwatts=9000)
    process.scrape_until(lambda page: of(page, "power_watts", "kettle") == 9)
    assert process.log.read_text().count("kettle/matter is down") == logged_before + 1, (
        "logged once"
    )


def test_a_restart_of_the_server_needs_none_of_the_exporter(
    network: MatterNetwork, process: ExporterProcess
) -> None:
    """All is silent the moment it is gone, and back with it; no plug is commissioned again."""
    process.scrape_until(both_up)
    network.kill("server")
    page = process.scrape_until(lambda page: of(page, "device_up", "lamp") == 0)
    for device in DEVICES:
        assert page.names_of(device, "tplink_matter_") == ONLY_UP
    network.start("server")
    process.scrape_until(both_up)
    network.set("EVE-1", power_milliwatts=7777)
    process.scrape_until(lambda page: of(page, "power_watts", "lamp") == 7.777)


def test_a_renamed_plug_is_the_same_plug(network: MatterNetwork, process: ExporterProcess) -> None:
    """The serial number identifies it; its name is nowhere in the metrics."""
    logged_before = process.log.read_text().count("is down")
    network.set("TAPO-1", name="Toaster", power_milliwatts=1500)
    page = process.scrape_until(lambda page: of(page, "power_watts", "kettle") == 1.5)
    assert "Toaster" not in page.text
    network.set("TAPO-1", power_milliwatts=1600)
    process.scrape_until(lambda page: of(page, "power_watts", "kettle") == 1.6)
    assert process.log.read_text().count("is down") == logged_before


def test_once_lists_every_node_to_fill_the_configuration_in(
    settings: dict[str, str],
) -> None:
    """With serial number, meter and whether it is configured; then the readings."""
    command = [sys.executable, "-m", "tp_link_matter_exporter", "--once"]
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        env=settings,
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert "serial number 'TAPO-1', TP-Link P110M" in done.stderr
    assert "meter on endpoint 2, available, configured" in done.stderr
    lines = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}
    assert lines == {"device": "source", "kettle": "matter", "lamp": "matter"}
