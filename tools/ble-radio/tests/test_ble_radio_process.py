"""`python -m ble_radio`: the virtual home's plugs, received by bleak."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from ble_radio.adverts import WOAN_COMPANY_ID
from service_kit.waiting import poll_until
from testbed.process import stop, wait_limit_seconds
from testbed.virtual_home import VirtualHome, virtual_home

LIMIT_SECONDS = 60.0
CONFIG = """\
house: virtual_home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack_1}]}]
devices:
  - device: server
    room: study
    shelf: rack_1
    sources: [{source: ble, id: 60:55:F9:A1:00:0B, model: plug_mini_jp}]
  - {device: nas, room: study, shelf: rack_1, sources: [{source: cloud, id: 6055F9A1000C}]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[VirtualHome]:
    with virtual_home(tmp_path) as home:
        yield home


@pytest.fixture
def radio_process(
    home: VirtualHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[bytes]]:
    config = tmp_path / "devices.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    options = {
        "--config": config,
        "--watts-url": f"{home.url}/virtual/",
        "--folder": tmp_path,
        "--interval-seconds": "0.1",
    }
    arguments = [str(part) for pair in options.items() for part in pair]
    log = tmp_path / "radio.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "ble_radio", *arguments]
        process = subprocess.Popen(command, stderr=output)
    # bleak may miss an adapter that is added while it connects to the bus.
    assert poll_until(lambda: "plugs advertise" in log.read_text(), wait_limit_seconds())
    yield process
    stop(process)


class Watts:
    """The watts of the last advert of each address."""

    def __init__(self) -> None:
        self.by_address: dict[str, float] = {}
        self._scanner = BleakScanner(self._hear)

    def _hear(self, device: BLEDevice, data: AdvertisementData) -> None:
        payload = data.manufacturer_data[WOAN_COMPANY_ID]
        self.by_address[device.address] = int.from_bytes(payload[10:12]) / 10

    async def start(self) -> None:
        """Scan."""
        await self._scanner.start()

    async def until(self, expected: dict[str, float]) -> None:
        """Wait for exactly this."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while self.by_address != expected:  # noqa: ASYNC110 - a poll is simpler than a queue
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Scan no more."""
        await self._scanner.stop()


async def test_the_plugs_of_the_configuration_say_what_the_virtual_home_draws(
    home: VirtualHome, radio_process: subprocess.Popen[bytes]
) -> None:
    """Only those with a `ble` source, and what the control API sets is soon advertised."""
    received = Watts()
    home.set_watts("server", 123.4)
    await received.start()
    await received.until({"60:55:F9:A1:00:0B": 123.4})
    home.set_watts("server", 55.5)
    await received.until({"60:55:F9:A1:00:0B": 55.5})
    await received.stop()
    stop(radio_process)
    assert radio_process.returncode == 0
