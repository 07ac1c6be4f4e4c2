"""A configuration file becomes running plugs that can be discovered and controlled."""

from collections.abc import AsyncGenerator
from pathlib import Path
from random import SystemRandom

import pytest
from aiohttp import ClientSession
from kasa import Credentials, Discover, Module, UnsupportedDeviceError
from pydantic import ValidationError

from tapo_emulator.config import EmulatorConfig, load_config
from tapo_emulator.emulation import Emulation, running
from tapo_emulator.plug import Fault

FILE = """\
username: user@example.com
password: secret
plugs:
  - {name: kettle, model: P110M(EU) 1.2.3, mac: "50:91:E3:00:00:01", watts: 42.5,
     address: ADDRESS, discovery: true}
  - {name: strip, model: P304M(UK) 1.0.3, mac: "50:91:E3:00:00:02",
     watts: [1, 2, {mean_watts: 3}, 4]}
"""


def some_loopback_address() -> str:
    """Discovery's port is fixed, so a test takes an address for itself."""
    dice = SystemRandom()
    return f"127.{dice.randint(1, 250)}.{dice.randint(1, 250)}.{dice.randint(2, 250)}"


def loaded(tmp_path: Path, text: str) -> EmulatorConfig:
    path = tmp_path / "plugs.yaml"
    path.write_text(text.replace("ADDRESS", some_loopback_address()), encoding="utf-8")
    return load_config(path)


@pytest.fixture
async def emulation(tmp_path: Path) -> AsyncGenerator[Emulation]:
    async with running(loaded(tmp_path, FILE)) as started:
        yield started


async def test_a_plug_is_discovered_with_what_is_needed_to_connect(emulation: Emulation) -> None:
    """UDP 20002 answers model, MAC, protocol and HTTP port; the device found can be read."""
    address = emulation.servers["kettle"].address
    device = await Discover.discover_single(
        address, credentials=Credentials("user@example.com", "secret"), discovery_timeout=5
    )
    assert device is not None
    await device.update()
    assert (device.mac, device.alias) == ("50:91:E3:00:00:01", "kettle")
    assert device.modules[Module.Energy].current_consumption == 42.5
    await device.disconnect()


async def test_tpap_firmware_is_discovered_as_unsupported(emulation: Emulation) -> None:
    """Its answer names an encryption that python-kasa 0.12 does not have."""
    server = emulation.servers["kettle"]
    server.plug.fault = Fault.TPAP_ONLY
    with pytest.raises(UnsupportedDeviceError, match="TPAP"):
        await Discover.discover_single(server.address, discovery_timeout=5)


async def test_loads_and_faults_change_while_it_runs(emulation: Emulation) -> None:
    """The control API is how other programs steer the plugs."""
    url = f"{emulation.control_url}/plugs"
    async with ClientSession() as session:
        await session.patch(f"{url}/strip", json={"outlet": 1, "watts": 77.0, "fault": "hang"})
        refused = await session.patch(f"{url}/strip", json={"outlet": 9, "watts": 1.0})
        unknown = await session.patch(f"{url}/fridge", json={"watts": 1.0})
        shown = await (await session.get(url)).json()
    assert (refused.status, unknown.status) == (400, 404)
    assert [outlet["power_watts"] for outlet in shown[1]["outlets"]] == [1.0, 77.0, 3.0, 4.0]
    assert emulation.servers["strip"].plug.fault is Fault.HANG


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    """Unknown models and keys are mistakes."""
    with pytest.raises(ValidationError, match="P999"):
        loaded(tmp_path, 'plugs: [{model: P999, mac: "50:91:E3:00:00:01"}]')
    with pytest.raises(ValidationError, match="wats"):
        loaded(tmp_path, 'plugs: [{model: P110(AU) 1.3.1, mac: "50:91:E3:00:00:01", wats: 1}]')
