"""Homes to read, and the time and place to read them in."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from exporter_kit import Exporter
from exporter_kit.testing import Rig, Time
from home_model.config import Home
from home_model.load import load_home

HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - room: work
    shelves:
      - shelf: rack_1
      - shelf: rack_2
devices:
"""
DEVICE = """\
  - device: {device}
    room: work
    shelf: {shelf}
    rated_power_watts: 1500
    sources:
      - source: native
        id: 60:55:f9:00:00:{number:02x}
        address: {address}
"""


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def home_text() -> Callable[..., str]:
    """A configuration of native devices: name=address, on shelf rack_1 unless given."""

    def text(shelf: str = "rack_1", **addresses: str) -> str:
        devices = (
            DEVICE.format(device=device, shelf=shelf, number=number, address=address)
            for number, (device, address) in enumerate(addresses.items())
        )
        return HEAD + "".join(devices)

    return text


@pytest.fixture
def home_of(tmp_path: Path, home_text: Callable[..., str]) -> Callable[..., Home]:
    """A home with devices of these names, their address being their name, or the one given."""

    def home(*devices: str, **addresses: str) -> Home:
        path = tmp_path / "devices.yaml"
        named = {device: device for device in devices} | addresses
        path.write_text(home_text(**named), encoding="utf-8")
        return load_home(path)

    return home


@pytest.fixture
async def start(time: Time, tmp_path: Path) -> AsyncGenerator[Callable[..., Rig]]:
    """Starts an exporter on a home; what it started ends with the test."""
    rigs = list[Rig]()

    def start(exporter: Exporter, home: Home, deadline_seconds: float = 5.0) -> Rig:
        rig = Rig(exporter, time, tmp_path, deadline_seconds=deadline_seconds)
        rigs.append(rig)
        rig.readers.apply(home)
        return rig

    yield start
    for rig in rigs:
        await rig.stop()
