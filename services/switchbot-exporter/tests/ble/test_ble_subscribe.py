"""`BleFetcher.subscribe` over the real path: dbus-daemon, a mock bluetoothd, bleak on BlueZ."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from ble_radio.adverts import Plug, manufacturer_data
from ble_radio.bus import bluetoothd, system_bus
from ble_radio.radio import Radio, radio
from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import BleSource
from switchbot_exporter.ble.exporter import BleFetcher
from switchbot_exporter.ble.settings import BleSettings
from switchbot_exporter.ble.statistics import Statistics

PLUG = Plug("6055F93599FF", "plug_mini_jp")
SOURCE = BleSource(source="ble", id=PLUG.mac, model=PLUG.model)
LIMIT_SECONDS = 30.0
STRANGER = """
import asyncio, os, sys
from switchbot_exporter.ble.client import system_bus
from switchbot_exporter.ble.settings import BleSettings
async def connect():
    async with system_bus(BleSettings(dbus_system_bus_address=sys.argv[1])): pass
os.setgroups([]), os.setresgid(10001, 10001, 10001), os.setresuid(10001, 10001, 10001)
asyncio.run(connect())
"""


def settings(**changed: object) -> BleSettings:
    """Return settings with quick checks; a mute limit only where a test is about it."""
    return BleSettings.model_validate(
        BleSettings().model_dump()
        | {"ble_check_seconds": 0.2, "ble_mute_limit_seconds": 60.0}
        | changed
    )


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - the mock has no event
            await asyncio.sleep(0.02)


class Subscriber:
    """`subscribe` in a task of its own, as the kit runs it."""

    def __init__(self, *sources: BleSource, **changed: object) -> None:
        self.statistics = Statistics()
        self.results: asyncio.Queue[tuple[BleSource, Reading | SourceError]] = asyncio.Queue()
        self._settings = settings(**changed)
        self._sources = sources or (SOURCE,)
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        fetcher = BleFetcher(self._settings, self.statistics)
        async with aclosing(fetcher.subscribe(self._sources)) as stream:
            async for item in stream:
                self.results.put_nowait(item)

    async def scans(self) -> bool:
        """Return whether a scanner was started."""
        return self.statistics.scanners > 0

    async def reading(self) -> Reading:
        """Return the next result, which must be one."""
        async with asyncio.timeout(LIMIT_SECONDS):
            _, result = await self.results.get()
        assert isinstance(result, Reading)
        return result

    async def end(self) -> SourceError:
        """Return why it ended."""
        with pytest.raises(SourceError) as caught:
            async with asyncio.timeout(LIMIT_SECONDS):
                await self.task
        return caught.value


@pytest.fixture
async def subscriber(air: Radio) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber()
    await air.until_discovering()
    yield subscriber
    subscriber.task.cancel()
    await asyncio.wait([subscriber.task])


async def test_every_advert_is_a_reading(air: Radio, subscriber: Subscriber) -> None:
    """Power, state, overload and strength; voltage and current are not in the advert."""
    data = manufacturer_data(PLUG, sequence=9, power_watts=1500, overload=True)
    await air.advertise(PLUG.address, manufacturer_data=data, rssi_dbm=-71)
    reading = await subscriber.reading()
    assert (reading.power_watts, reading.voltage_volts) == (1500.0, None)
    assert reading.extra == {
        "switch_on": 1.0,
        "overload": 1.0,
        "signal_dbm": -71.0,
        "changed_timestamp_seconds": reading.at.timestamp(),
    }


async def test_a_repeat_confirms_the_old_power_and_keeps_its_timestamp(
    air: Radio, subscriber: Subscriber
) -> None:
    """Another RSSI with the old sequence byte: received, so not silent, but nothing new."""
    await air.advertise_power(PLUG, 1, 42.0)
    first = await subscriber.reading()
    await air.rssi(PLUG.address, -80)
    repeat = await subscriber.reading()
    assert repeat.power_watts == 42.0
    assert repeat.at > first.at
    assert repeat.extra["signal_dbm"] == -80.0
    assert repeat.extra["changed_timestamp_seconds"] == first.at.timestamp()
    await air.advertise_power(PLUG, 2, 42.0)
    measured_again = await subscriber.reading()
    assert measured_again.extra["changed_timestamp_seconds"] == measured_again.at.timestamp()
    assert subscriber.statistics.adverts == {"changed": 2, "repeated": 1}


async def test_foreign_devices_by_the_hundred_are_only_counted(
    air: Radio, subscriber: Subscriber
) -> None:
    """Phones, and plugs of the neighbours that nobody configured."""
    for number in range(200):
        plug = Plug(f"6055F9AA{number:04X}", "plug_mini_us")
        await air.advertise_power(plug, 1, 5.0)
        phone = {0x004C: bytes([0x10, 0x05, number])}
        await air.advertise(f"7A:00:00:00:00:{number:02X}", manufacturer_data=phone)
    await air.advertise_power(PLUG, 1, 7.5)
    assert (await subscriber.reading()).power_watts == 7.5
    assert subscriber.results.empty()
    assert subscriber.statistics.adverts == {"foreign": 400, "changed": 1}


async def test_a_payload_that_cannot_be_parsed_fails_its_plug_alone(
    air: Radio, subscriber: Subscriber
) -> None:
    """The others go on, and the plug itself does with its next good advert."""
    short = {2409: bytes.fromhex("6055f93599ff0580002a")}
    await air.advertise(PLUG.address, manufacturer_data=short)
    async with asyncio.timeout(LIMIT_SECONDS):
        source, result = await subscriber.results.get()
    assert source == SOURCE
    assert isinstance(result, BadPayloadError)
    await air.advertise_power(PLUG, 6, 8.0)
    assert (await subscriber.reading()).power_watts == 8.0


async def test_passive_scanning_receives_the_same(air: Radio) -> None:
    """The model is configured, so no scan response is needed."""
    subscriber = Subscriber(ble_scan="passive")
    try:
        await until(subscriber.scans)
        data = manufacturer_data(PLUG, sequence=1, power_watts=3.3)
        await air.advertise(PLUG.address, manufacturer_data=data)
        assert (await subscriber.reading()).power_watts == 3.3
        assert not await air.discovering()
    finally:
        subscriber.task.cancel()
        await asyncio.wait([subscriber.task])


async def test_the_end_of_bluetoothd_is_noticed_and_a_new_listener_recovers(
    bus: str, tmp_path: Path
) -> None:
    """Bleak raises nothing then; and nothing counts as received any more."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            subscriber = Subscriber()
            await air.until_discovering()
            await air.advertise_power(PLUG, 1, 10.0)
            await subscriber.reading()
            daemon.kill()
            assert "systemctl start bluetooth" in (await subscriber.end()).reason
            assert subscriber.statistics.age_seconds(PLUG.mac) is None
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            subscriber = Subscriber()
            await air.until_discovering()
            await air.advertise_power(PLUG, 2, 11.0)
            assert (await subscriber.reading()).power_watts == 11.0
            subscriber.task.cancel()
            await asyncio.wait([subscriber.task])


async def test_a_bluetoothd_that_was_restarted_quickly_is_noticed_too(
    bus: str, tmp_path: Path
) -> None:
    """The new one has no scan of ours: that it answers proves nothing."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            subscriber = Subscriber(ble_check_seconds=1.0)
            await air.until_discovering()
            daemon.kill()
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            assert isinstance(await subscriber.end(), UnreachableError)


async def test_a_bluetoothd_that_hangs_is_noticed(bus: str, tmp_path: Path) -> None:
    """It holds its name and answers nothing."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            subscriber = Subscriber()
            await air.until_discovering()
            daemon.send_signal(signal.SIGSTOP)
            try:
                assert "does not answer" in (await subscriber.end()).reason
            finally:
                daemon.send_signal(signal.SIGCONT)


async def test_a_scanner_that_receives_nothing_is_replaced(air: Radio) -> None:
    """Such as after a firmware fault of the adapter: all calls succeed, nothing comes."""
    subscriber = Subscriber(ble_mute_limit_seconds=0.3)
    await air.until_discovering()
    assert "no Bluetooth device was received for 0.3 s" in (await subscriber.end()).reason


async def test_an_adapter_that_is_switched_off_is_noticed(
    air: Radio, subscriber: Subscriber
) -> None:
    """While scanning, and then at the start."""
    await air.power(on=False)
    for failed in (subscriber, Subscriber()):
        assert "adapter hci0 is off: bluetoothctl power on" in (await failed.end()).reason


async def test_an_adapter_that_is_pulled_out_is_noticed(air: Radio, subscriber: Subscriber) -> None:
    """While scanning, and then at the start."""
    await air.remove_adapter()
    assert "the Bluetooth adapter is gone" in (await subscriber.end()).reason
    assert "no Bluetooth adapter: plug one in" in (await Subscriber().end()).reason


async def test_the_death_of_the_bus_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbus-daemon ends, and everything with it."""
    with system_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with bluetoothd(address, tmp_path):
            async with radio(address) as air:
                await air.add_adapter()
                subscriber = Subscriber()
                await air.until_discovering()
    assert "the D-Bus connection was lost" in (await subscriber.end()).reason
    assert "mount the host's /run/dbus" in (await Subscriber().end()).reason


async def test_an_adapter_that_is_not_there_is_named_with_those_that_are(air: Radio) -> None:
    """BLE_ADAPTER with a typing mistake."""
    del air
    error = await Subscriber(ble_adapter="hci7").end()
    assert error.reason == "there is no adapter hci7 (BLE_ADAPTER); present: hci0"


@pytest.mark.usefixtures("bus")
async def test_a_bus_without_bluetoothd_names_what_to_start() -> None:
    """The commonest state of a fresh host."""
    error = await Subscriber().end()
    assert "bluetoothd does not run: systemctl start bluetooth" in error.reason


async def test_a_user_whom_the_policy_forbids_bluez_gets_the_policy_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for an ordinary user on many distributions."""
    with system_bus(tmp_path, policy="bluez_forbidden") as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with bluetoothd(address, tmp_path):
            error: SourceError = UnreachableError("not tried yet")
            async with asyncio.timeout(LIMIT_SECONDS):
                while not isinstance(error, RejectedError):
                    error = await Subscriber().end()
    assert "/etc/dbus-1/system.d/bluetooth.conf" in error.reason


@pytest.mark.usefixtures("bus")
async def test_a_user_unknown_to_the_bus_gets_the_setting() -> None:
    """A user namespace changes the id that the bus sees."""
    error = await Subscriber(bleak_dbus_auth_uid=4_000_000).end()
    assert isinstance(error, RejectedError)
    assert "BLEAK_DBUS_AUTH_UID" in error.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that does not exist")
def test_a_user_unknown_to_the_host_gets_the_command() -> None:
    """As the exporter's pod on a host without user 10001: dbus-daemon closes its connection."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with system_bus(Path(name)) as address:
            stderr = subprocess.run(  # noqa: S603 - our own lines
                [sys.executable, "-c", STRANGER, address],
                capture_output=True,
                text=True,
                check=False,
            ).stderr
    assert "closes the connection of user 10001" in stderr
    assert "useradd --system --uid 10001 ppms" in stderr


@pytest.mark.parametrize(
    ("address", "kind", "instruction"),
    [
        ("unix:path=/nowhere/bus", UnreachableError, "mount the host's /run/dbus"),
        ("/run/dbus/system_bus_socket", RejectedError, "write one like unix:path="),
        ("pigeon:loft=3", RejectedError, "write one like unix:path="),
    ],
)
async def test_a_wrong_bus_address_is_answered_with_an_example(
    address: str, kind: type[SourceError], instruction: str
) -> None:
    """One line each."""
    error = await Subscriber(dbus_system_bus_address=address).end()
    assert type(error) is kind
    assert address in error.reason
    assert instruction in error.reason
    assert "\n" not in error.reason
