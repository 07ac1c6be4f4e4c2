"""The exporter as a process: from an advert on D-Bus to a line of /metrics."""

import asyncio
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from ble_radio.adverts import Plug, manufacturer_data
from ble_radio.bus import bluetoothd
from ble_radio.radio import Radio, radio
from testbed.process import free_port, running

PLUGS = [Plug(f"6055F9A1{number:04X}", "plug_mini_jp") for number in range(20)]
LIMIT_SECONDS = 60.0
HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack}]}]
devices:
"""

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$", re.MULTILINE)
LABEL = re.compile(r'(?:device|kind)="(\w+)"|$')

type Page = dict[tuple[str, str], float]


def config(folder: Path) -> Path:
    path = folder / "devices.yaml"
    devices = (
        f"  - {{device: plug_{number}, room: study, shelf: rack, "
        f"sources: [{{source: ble, id: '{plug.address}', model: {plug.model}}}]}}\n"
        for number, plug in enumerate(PLUGS)
    )
    path.write_text(HEAD + "".join(devices), encoding="utf-8")
    return path


@contextmanager
def exporter(folder: Path, **settings: str) -> Generator[str]:
    """`python -m switchbot_exporter` with FETCHERS=ble; gives its address."""
    port = free_port()
    env = os.environ | {
        "FETCHERS": "ble",
        "CONFIG_FILE": str(config(folder)),
        "STATE_DIR": str(folder / "state"),
        "LISTEN_PORT": str(port),
        "BLE_CHECK_SECONDS": "0.3",
        **settings,
    }
    url = f"http://127.0.0.1:{port}"
    command = ["python", "-m", "switchbot_exporter"]
    with running(command, ready_url=f"{url}/healthz", log=folder / "exporter.log", env=env):
        yield url


async def page(url: str) -> Page:
    """Samples by name and device, or by name and kind."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{url}/metrics")).raise_for_status().text
    return {
        (sample["name"], _which(sample["labels"])): float(sample["value"])
        for sample in SAMPLE.finditer(text)
    }


def _which(labels: str | None) -> str:
    found = LABEL.search(labels or "")
    return (found and found[1]) or ""


async def until_page(url: str, holds: Callable[[Page], bool]) -> Page:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not holds(found := await page(url)):  # noqa: ASYNC110 - a scrape is all there is
            await asyncio.sleep(0.05)
    return found


async def until_scanning(air: Radio) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await air.discovering():  # noqa: ASYNC110 - the mock tells nobody
            await asyncio.sleep(0.05)


async def speak(air: Radio, plug: Plug, sequence: int, power_watts: float) -> None:
    data = manufacturer_data(plug, sequence=sequence, power_watts=power_watts)
    await air.advertise(plug.address, manufacturer_data=data, service_data=plug.service_data)


async def test_every_advert_of_twenty_plugs_reaches_the_page(
    air: Radio, bus: str, tmp_path: Path
) -> None:
    """Ten rounds: all are counted, and the page shows the last of each plug."""
    del bus
    with exporter(tmp_path) as url:
        await until_scanning(air)
        for sequence in range(1, 11):
            for number, plug in enumerate(PLUGS):
                await speak(air, plug, sequence, 100 * number + sequence / 10)
        # A counter is shown once it is safe on disk.
        found = await until_page(url, lambda p: ("switchbot_energy_total_kwh", "plug_19") in p)
        found = await until_page(url, lambda p: p["switchbot_ble_adverts_total", "changed"] == 200)
    for number in range(20):
        device = f"plug_{number}"
        assert found["switchbot_power_watts", device] == 100 * number + 1
        assert found["switchbot_device_up", device] == 1
        assert found["switchbot_switch_on", device] == 1
        assert found["switchbot_overload", device] == 0
        assert found["switchbot_signal_dbm", device] == -60
        assert ("switchbot_energy_total_kwh", device) in found
        assert ("switchbot_voltage_volts", device) not in found


async def test_the_series_leave_with_bluetoothd_and_come_back_with_it(
    bus: str, tmp_path: Path
) -> None:
    """Without a restart of the exporter."""
    with exporter(tmp_path) as url:
        with bluetoothd(bus, tmp_path) as daemon:
            async with radio(bus) as air:
                await air.add_adapter()
                await until_scanning(air)
                await speak(air, PLUGS[0], 1, 10.0)
                await until_page(url, lambda p: ("switchbot_power_watts", "plug_0") in p)
                daemon.kill()
                gone = await until_page(url, lambda p: ("switchbot_power_watts", "plug_0") not in p)
        assert gone["switchbot_device_up", "plug_0"] == 0
        with bluetoothd(bus, tmp_path):
            async with radio(bus) as air:
                await air.add_adapter()
                await until_scanning(air)
                await speak(air, PLUGS[0], 2, 12.0)
                back = await until_page(url, lambda p: ("switchbot_power_watts", "plug_0") in p)
    assert back["switchbot_power_watts", "plug_0"] == 12.0
    assert back["switchbot_ble_scanners_total", ""] == 2
    log = (tmp_path / "exporter.log").read_text()
    assert log.count("plug_0/ble is up") == 2
    assert "systemctl start bluetooth" in log


async def test_a_plug_unheard_for_the_limit_is_silent_while_others_speak(
    air: Radio, bus: str, tmp_path: Path
) -> None:
    """Age is judged per plug; a repeat with another RSSI is enough to be heard."""
    del bus
    with exporter(tmp_path, BLE_AGE_LIMIT_SECONDS="2") as url:
        await until_scanning(air)
        await speak(air, PLUGS[0], 1, 10.0)
        await speak(air, PLUGS[1], 1, 20.0)
        said = False
        for rssi_dbm in cycle(range(-80, -60)):
            found = await page(url)
            if ("switchbot_power_watts", "plug_1") in found:
                said = True
            elif said:
                break
            await air.rssi(PLUGS[0].address, rssi_dbm)
            await asyncio.sleep(0.1)
    assert found["switchbot_device_up", "plug_1"] == 0
    assert found["switchbot_device_up", "plug_0"] == 1
    assert found["switchbot_power_watts", "plug_0"] == 10.0


@pytest.mark.usefixtures("bus")
def test_without_a_radio_the_exporter_runs_and_says_what_is_missing(tmp_path: Path) -> None:
    """One line for each device's log, none of them a traceback."""
    with exporter(tmp_path) as url:
        assert "switchbot_device_up" in httpx.get(f"{url}/metrics", trust_env=False).text
    assert "Traceback" not in (tmp_path / "exporter.log").read_text()
