"""The helpers of this folder are imported by their names; a device and its exporter."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from exporter_kit import Exporter, PollGroup
from exporter_kit.testing import Rig
from home_model.load import load_home
from home_model.sources import ShellySource
from shelly_emulator.device import Device
from shelly_emulator.login import StrictLogin
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer
from shelly_exporter.exporter import make_reader
from shelly_exporter.settings import Settings
from testbed.exporter import home_of

sys.path.insert(0, str(Path(__file__).parent))

from shelly_house import (
    INTERVAL_SECONDS,
    LIMIT_SECONDS,
    MAC,
    PASSWORD,
    House,
    OpenHouse,
    RequestTime,
)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What ends with the test."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def open_house(stack: AsyncExitStack, tmp_path: Path) -> OpenHouse:
    """Start a device and the exporter's readers; the first reading is there."""

    async def open_it(  # noqa: PLR0913 - by name, and each is another thing
        model: str = "Plug US Gen4",
        sources: tuple[str, ...] = ("",),
        *,
        has_login: bool = False,
        settings: Settings | None = None,
        watts: float = 100.0,
        imported_wh: float = 544_587.493,
    ) -> House:
        time = RequestTime()
        device = Device(MODELS[model], MAC, now=time.now)
        device.be_up_since(86_400)
        first = next(iter(device.meters))
        device.meters[first].imported_wh = imported_wh
        device.set_watts(watts, first)
        if has_login:
            device.login = StrictLogin(device.device_id, PASSWORD, time.now)
        server = await stack.enter_async_context(DeviceServer(device))
        reader = make_reader(settings or Settings(shelly_password=PASSWORD), time.clock)
        stack.push_async_callback(reader.close)
        poll = PollGroup(ShellySource, lambda source: source.address, reader.read)
        rig = Rig(Exporter((poll,)), time, tmp_path, INTERVAL_SECONDS, LIMIT_SECONDS)
        file = tmp_path / "devices.yaml"
        entry = f'{{source: shelly, id: {MAC}, address: "{server.netloc}"'
        file.write_text(home_of(*(f"{entry}{keys}}}" for keys in sources)))
        time.polls = 1
        rig.readers.apply(load_home(file))
        stack.push_async_callback(rig.stop)
        await time.pass_by(0.0)
        return House(server, rig, time, reader)

    return open_it
