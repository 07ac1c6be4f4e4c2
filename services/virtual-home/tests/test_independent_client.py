"""The emulator as seen by py-switchbot-api (SeraphicCorp), which nobody here wrote."""

import logging
from collections.abc import AsyncIterator

import pytest
import switchbot_api
from aiohttp.test_utils import TestServer
from switchbot_api import Device, Remote, SwitchBotAPI
from switchbot_api.exceptions import (
    SwitchBotAuthenticationError,
    SwitchBotConnectionError,
    SwitchBotDeviceOfflineError,
)

from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.overrides import Fault
from virtual_home.cloud.server import cloud_app

JP, US, EU = "6055F9A1000A", "6055F9A1000B", "6055F9A10007"
RELAY_1PM, RELAY_2PM = "6055F9A10005", "6055F9A10003"
GONE = "6055F9A10011"


@pytest.fixture(autouse=True)
async def _host(cloud: VirtualCloud, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Only the library's base URL is changed."""
    async with TestServer(cloud_app(cloud)) as server:
        monkeypatch.setattr(switchbot_api, "_API_HOST", str(server.make_url("")).rstrip("/"))
        yield


@pytest.fixture
async def api() -> AsyncIterator[SwitchBotAPI]:
    """The library with the right token and secret."""
    async with SwitchBotAPI("virtual-token", "virtual-secret") as client:
        yield client


async def test_it_lists_every_configured_device_and_the_neighbours(
    api: SwitchBotAPI, cloud: VirtualCloud
) -> None:
    """18 plugs and relays of the house, five others, two remotes."""
    listed = await api.list_devices()
    devices = [item for item in listed if isinstance(item, Device)]
    configured = {meter.source.id for meter in cloud.all_meters()}
    assert len(devices) == 23
    assert configured < {device.device_id for device in devices}
    assert len([item for item in listed if isinstance(item, Remote)]) == 2


async def test_all_metering_types_and_a_missing_one_are_in_the_list(api: SwitchBotAPI) -> None:
    """The library writes '-' for a device that comes without `deviceType`."""
    types = {item.device_type for item in await api.list_devices()}
    assert types >= {
        "Plug Mini (JP)",
        "Plug Mini (US)",
        "Plug Mini (EU)",
        "Relay Switch 1PM",
        "Relay Switch 2PM",
        "Plug",
        "Hub Mini",
        "-",
    }


@pytest.mark.parametrize(
    ("device_id", "device_type", "watts"),
    [
        (JP, "Plug Mini (JP)", "weight"),
        (US, "Plug Mini (US)", "weight"),
        (EU, "Plug Mini (EU)", "power"),
        (RELAY_1PM, "Relay Switch 1PM", "power"),
        (RELAY_2PM, "Relay Switch 2PM", "switch1Power"),
        (RELAY_2PM, "Relay Switch 2PM", "switch2Power"),
    ],
)
async def test_the_watts_of_each_type_are_where_the_type_has_them(
    api: SwitchBotAPI, device_id: str, device_type: str, watts: str
) -> None:
    """Live watts are a number under the key of the type."""
    status = await api.get_status(device_id)
    assert status["deviceType"] == device_type
    assert isinstance(status[watts], float)


async def test_a_wrong_secret_is_answered_with_401(caplog: pytest.LogCaptureFixture) -> None:
    """The library reports a 401 in its log; its own authentication error is for 403."""
    async with SwitchBotAPI("virtual-token", "wrong") as client:
        with caplog.at_level(logging.ERROR), pytest.raises(SwitchBotConnectionError):
            await client.list_devices()
    assert "Error 401: {'message': 'Unauthorized'}" in caplog.text


async def test_403_is_the_librarys_authentication_error(
    api: SwitchBotAPI, cloud: VirtualCloud
) -> None:
    """The other way the cloud refuses credentials."""
    cloud.overrides.fault_for_all = Fault("forbidden")
    with pytest.raises(SwitchBotAuthenticationError):
        await api.list_devices()


async def test_the_plug_that_is_gone_is_offline(api: SwitchBotAPI) -> None:
    """Code 171, which the library has for Plug Mini JP."""
    with pytest.raises(SwitchBotDeviceOfflineError):
        await api.get_status(GONE)


async def test_the_daily_limit_is_an_error_within_http_200(
    api: SwitchBotAPI, cloud: VirtualCloud, caplog: pytest.LogCaptureFixture
) -> None:
    """Code 190 with its message, as homebridge-switchbot #1108 saw it."""
    cloud.quota.set_remaining(0, cloud.clock())
    with caplog.at_level(logging.ERROR), pytest.raises(SwitchBotConnectionError):
        await api.get_status(JP)
    assert "Error 200" in caplog.text
    assert "Requests reached the daily limit" in caplog.text
