"""The exporter as a process: from an advert on D-Bus to a line of /metrics."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import pytest

from ble_radio.adverts import Plug
from ble_radio.bus import bluetoothd
from ble_radio.configuration import devices_yaml
from ble_radio.radio import Radio, radio
from testbed.exporter import ExporterProcess, MetricsPage, exporter
from testbed.process import free_port

PLUGS = [Plug(f"6055F9A1{number:04X}", "plug_mini_jp") for number in range(20)]
LIMIT_SECONDS = 60.0
type Start = Callable[..., ExporterProcess]


@pytest.fixture
def start_ble(bus: str, tmp_path: Path) -> Iterator[Start]:
    """Start an exporter with FETCHERS=ble; keyword arguments are settings that differ."""
    config_file = tmp_path / "devices.yaml"
    config_file.write_text(devices_yaml(PLUGS), encoding="utf-8")
    settings = os.environ | {
        "FETCHERS": "ble",
        "CONFIG_FILE": str(config_file),
        "STATE_DIR": str(tmp_path / "state"),
        "LISTEN_PORT": str(free_port()),
        "DBUS_SYSTEM_BUS_ADDRESS": bus,
        "BLE_CHECK_SECONDS": "0.3",
    }
    command = (sys.executable, "-m", "switchbot_exporter")
    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(
            exporter(command, settings | changed, tmp_path / "exporter.log")
        )


def power(page: MetricsPage, device: str) -> float | None:
    return page.value("switchbot_power_watts", device=device, source="ble")


async def test_every_advert_of_twenty_plugs_reaches_the_page(air: Radio, start_ble: Start) -> None:
    """Ten rounds: all are counted, and the page shows the last of each plug."""
    process = start_ble()
    await air.until_discovering()
    for sequence in range(1, 11):
        for number, plug in enumerate(PLUGS):
            await air.advertise_power(plug, sequence, 100 * number + sequence / 10)
    # A counter is shown once it is safe on disk.
    process.scrape_until(
        lambda p: p.value("switchbot_energy_total_kwh", device="plug_19") is not None
    )
    page = process.scrape_until(
        lambda p: p.value("switchbot_ble_adverts_total", kind="changed") == 200
    )
    for number in range(20):
        device = f"plug_{number}"
        assert power(page, device) == 100 * number + 1
        assert page.value("switchbot_device_up", device=device) == 1
        assert page.value("switchbot_switch_on", device=device) == 1
        assert page.value("switchbot_overload", device=device) == 0
        assert page.value("switchbot_signal_dbm", device=device) == -60
        assert page.value("switchbot_voltage_volts", device=device) is None


async def test_the_series_leave_with_bluetoothd_and_come_back_with_it(
    bus: str, tmp_path: Path, start_ble: Start
) -> None:
    """Without a restart of the exporter."""
    process = start_ble()
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            await air.until_discovering()
            await air.advertise_power(PLUGS[0], 1, 10.0)
            process.scrape_until(lambda p: power(p, "plug_0") == 10.0)
            daemon.kill()
            gone = process.scrape_until(lambda p: power(p, "plug_0") is None)
    assert gone.names_of("plug_0", "switchbot_") == {"switchbot_device_up"}
    assert gone.value("switchbot_device_up", device="plug_0") == 0
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            await air.until_discovering()
            await air.advertise_power(PLUGS[0], 2, 12.0)
            back = process.scrape_until(lambda p: power(p, "plug_0") == 12.0)
    assert back.value("switchbot_ble_scanners_total") == 2
    log = process.log.read_text()
    assert log.count("plug_0/ble is up") == 2
    assert "systemctl start bluetooth" in log


async def test_a_plug_unheard_for_the_limit_is_silent_while_others_speak(
    air: Radio, start_ble: Start
) -> None:
    """Age is judged per plug; a repeat with another RSSI is enough to be up."""
    process = start_ble(BLE_AGE_LIMIT_SECONDS="2")
    await air.until_discovering()
    await air.advertise_power(PLUGS[0], 1, 10.0)
    await air.advertise_power(PLUGS[1], 1, 20.0)
    process.scrape_until(lambda p: power(p, "plug_1") == 20.0)
    async with asyncio.timeout(LIMIT_SECONDS):
        for rssi_dbm in cycle(range(-80, -60)):
            await air.rssi(PLUGS[0].address, rssi_dbm)
            await asyncio.sleep(0.1)
            if power(page := process.scrape(), "plug_1") is None:
                break
    assert page.value("switchbot_device_up", device="plug_1") == 0
    assert page.value("switchbot_device_up", device="plug_0") == 1
    assert power(page, "plug_0") == 10.0


def test_without_a_radio_the_exporter_runs_and_says_what_is_missing(start_ble: Start) -> None:
    """In words, not in tracebacks."""
    process = start_ble()
    process.scrape_until(lambda _: "systemctl start bluetooth" in process.log.read_text())
    process.scrape_until(lambda page: page.value("switchbot_device_up", device="plug_0") == 0)
    assert "Traceback" not in process.log.read_text()
