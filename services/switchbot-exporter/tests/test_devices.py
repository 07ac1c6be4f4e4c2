"""The account's device list beside the configuration."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.sources import CloudSource
from switchbot_exporter.cloud.devices import AccountDevices, parse_devices
from testbed.manual_clock import ManualClock

PLUG = {
    "deviceId": "6055F93599FF",
    "deviceName": "Server",
    "deviceType": "Plug Mini (JP)",
    "enableCloudService": True,
    "hubDeviceId": "",
}
REMOTE = {"deviceId": "02-202601010101-12345678", "deviceName": "TV", "remoteType": "TV"}
SERVER = CloudSource(source="cloud", id="6055F93599FF")


class Cloud:
    """Answers `GET /devices` with what is set."""

    def __init__(self, *devices: Mapping[str, object]) -> None:
        self.devices: list[Any] | None = list(devices)
        self.asked = 0

    async def fetch(self) -> Mapping[str, object]:
        """As `Client.fetch_devices`."""
        self.asked += 1
        if self.devices is None:
            reason = "down"
            raise UnreachableError(reason)
        return {"deviceList": self.devices, "infraredRemoteList": [REMOTE]}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 21, tzinfo=UTC))


def directory(cloud: Cloud, clock: ManualClock) -> AccountDevices:
    return AccountDevices(cloud.fetch, clock.monotonic)


async def test_a_device_of_the_account_may_be_asked(clock: ManualClock) -> None:
    """One list is enough for as long as nothing is missing."""
    cloud = Cloud(PLUG)
    known = directory(cloud, clock)
    await known.compare([SERVER])
    for _ in range(5):
        clock.pass_by(hours=1)
        await known.check(SERVER.id)
    assert known.device_type(SERVER.id) == "Plug Mini (JP)"
    assert cloud.asked == 1


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ({"deviceId": "000000000001"}, "the account has no device 6055F93599FF"),
        (PLUG | {"enableCloudService": False}, "switch on its cloud service"),
        (PLUG | {"deviceType": "Plug"}, "a Plug, which has no meter"),
    ],
)
async def test_a_configured_device_that_cannot_be_read_is_an_error(
    clock: ManualClock, caplog: pytest.LogCaptureFixture, listed: dict[str, object], reason: str
) -> None:
    """Said once in the log, refused at each turn, and it costs no status call."""
    known = directory(Cloud(listed), clock)
    await known.compare([SERVER])
    await known.compare([SERVER])
    for _ in range(2):
        with pytest.raises(RejectedError, match=reason):
            await known.check(SERVER.id)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert reason in errors[0].getMessage()


async def test_a_device_that_is_added_to_the_account_is_found(clock: ManualClock) -> None:
    """The list is asked again, at most once a minute for all that are missing."""
    cloud = Cloud()
    known = directory(cloud, clock)
    await known.compare([SERVER])
    cloud.devices = [PLUG]
    with pytest.raises(RejectedError):
        await known.check(SERVER.id)
    clock.pass_by(minutes=1)
    await known.check(SERVER.id)
    assert cloud.asked == 2


async def test_devices_not_configured_are_listed_once(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Remotes have no status and are not listed; the configured are no news."""
    caplog.set_level(logging.INFO)
    cloud = Cloud(PLUG, {"deviceId": "c0ffee000001", "deviceName": "Desk"})
    known = directory(cloud, clock)
    await known.compare([SERVER])
    await known.compare([SERVER])
    assert [record.getMessage() for record in caplog.records] == [
        "in the account, not in the configuration: C0FFEE000001 (unknown type) 'Desk'"
    ]


async def test_without_a_list_devices_are_asked_directly(clock: ManualClock) -> None:
    """`/devices` may fail while status answers; it is tried again each minute."""
    cloud = Cloud(PLUG)
    cloud.devices = None
    known = directory(cloud, clock)
    with pytest.raises(UnreachableError):
        await known.compare([SERVER])
    await known.check(SERVER.id)
    assert (cloud.asked, known.device_type(SERVER.id)) == (1, None)
    clock.pass_by(minutes=1)
    await known.check(SERVER.id)
    assert cloud.asked == 2


@pytest.mark.parametrize("body", [{}, {"deviceList": None}, {"deviceList": {}}])
def test_a_missing_list_is_nonsense(body: dict[str, object]) -> None:
    """It must not read as an account without devices."""
    with pytest.raises(BadPayloadError):
        parse_devices(body)


def test_broken_items_do_not_hide_the_others() -> None:
    """A list with one strange entry still names the rest."""
    listed = parse_devices({"deviceList": [None, 5, {}, {"deviceName": "x"}, PLUG]})
    assert list(listed) == ["6055F93599FF"]
