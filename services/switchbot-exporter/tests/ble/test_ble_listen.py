"""`listen` over the real path: dbus-daemon, a mock bluetoothd, bleak's BlueZ backend."""

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
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.listen import listen
from switchbot_exporter.ble.settings import BleSettings

PLUG = Plug("6055F93599FF", "plug_mini_jp")
SOURCE = BleSource(source="ble", id=PLUG.mac, model=PLUG.model)
LIMIT_SECONDS = 30.0
STRANGER = """
import asyncio, os, sys
from switchbot_exporter.ble.bluetoothd import system_bus
from switchbot_exporter.ble.settings import BleSettings
async def knock():
    async with system_bus(BleSettings(dbus_system_bus_address=sys.argv[1])): pass
os.setgroups([]), os.setresgid(10001, 10001, 10001), os.setresuid(10001, 10001, 10001)
asyncio.run(knock())
"""


def settings(**changed: object) -> BleSettings:
    """Quick checks; a mute limit only where a test is about it."""
    return BleSettings.model_validate(
        BleSettings().model_dump()
        | {"ble_check_seconds": 0.2, "ble_mute_limit_seconds": 60.0}
        | changed
    )


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - the mock tells nobody
            await asyncio.sleep(0.02)


class Listener:
    """`listen` in a task of its own, as the kit runs it."""

    def __init__(self, *sources: BleSource, **changed: object) -> None:
        self.hearing = Hearing()
        self.said: asyncio.Queue[tuple[BleSource, Reading | SourceError]] = asyncio.Queue()
        self._settings = settings(**changed)
        self._sources = sources or (SOURCE,)
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with aclosing(listen(self._settings, self.hearing, self._sources)) as stream:
            async for item in stream:
                self.said.put_nowait(item)

    async def scans(self) -> bool:
        """Whether a scanner was started."""
        return self.hearing.scanners > 0

    async def reading(self) -> Reading:
        """The next thing said, which must be one."""
        async with asyncio.timeout(LIMIT_SECONDS):
            _, said = await self.said.get()
        assert isinstance(said, Reading)
        return said

    async def end(self) -> SourceError:
        """Why it ended."""
        with pytest.raises(SourceError) as caught:
            async with asyncio.timeout(LIMIT_SECONDS):
                await self.task
        return caught.value


@pytest.fixture
async def listener(air: Radio) -> AsyncIterator[Listener]:
    listener = Listener()
    await air.until_discovering()
    yield listener
    listener.task.cancel()
    await asyncio.wait([listener.task])


async def test_every_advert_is_a_reading(air: Radio, listener: Listener) -> None:
    """Power, state, overload and strength; voltage and current are not in the advert."""
    data = manufacturer_data(PLUG, sequence=9, power_watts=1500, overload=True)
    await air.advertise(PLUG.address, manufacturer_data=data, rssi_dbm=-71)
    reading = await listener.reading()
    assert (reading.power_watts, reading.voltage_volts) == (1500.0, None)
    assert reading.extra == {
        "switch_on": 1.0,
        "overload": 1.0,
        "signal_dbm": -71.0,
        "changed_timestamp_seconds": reading.at.timestamp(),
    }


async def test_a_repeat_confirms_the_old_power_and_says_since_when(
    air: Radio, listener: Listener
) -> None:
    """Another RSSI with the old sequence byte: heard, so not silent, but nothing new."""
    await air.speak(PLUG, 1, 42.0)
    first = await listener.reading()
    await air.rssi(PLUG.address, -80)
    repeat = await listener.reading()
    assert repeat.power_watts == 42.0
    assert repeat.at > first.at
    assert repeat.extra["signal_dbm"] == -80.0
    assert repeat.extra["changed_timestamp_seconds"] == first.at.timestamp()
    await air.speak(PLUG, 2, 42.0)
    measured_again = await listener.reading()
    assert measured_again.extra["changed_timestamp_seconds"] == measured_again.at.timestamp()
    assert listener.hearing.adverts == {"changed": 2, "repeated": 1}


async def test_foreign_devices_by_the_hundred_are_only_counted(
    air: Radio, listener: Listener
) -> None:
    """Phones, and plugs of the neighbours that nobody configured."""
    for number in range(200):
        plug = Plug(f"6055F9AA{number:04X}", "plug_mini_us")
        await air.speak(plug, 1, 5.0)
        phone = {0x004C: bytes([0x10, 0x05, number])}
        await air.advertise(f"7A:00:00:00:00:{number:02X}", manufacturer_data=phone)
    await air.speak(PLUG, 1, 7.5)
    assert (await listener.reading()).power_watts == 7.5
    assert listener.said.empty()
    assert listener.hearing.adverts == {"foreign": 400, "changed": 1}


async def test_a_payload_that_cannot_be_read_is_said_of_its_plug_alone(
    air: Radio, listener: Listener
) -> None:
    """The others go on, and the plug itself does with its next good advert."""
    short = {2409: bytes.fromhex("6055f93599ff0580002a")}
    await air.advertise(PLUG.address, manufacturer_data=short)
    async with asyncio.timeout(LIMIT_SECONDS):
        source, said = await listener.said.get()
    assert source == SOURCE
    assert isinstance(said, BadPayloadError)
    await air.speak(PLUG, 6, 8.0)
    assert (await listener.reading()).power_watts == 8.0


async def test_passive_scanning_hears_the_same(air: Radio) -> None:
    """The model is configured, so no scan response is needed."""
    listener = Listener(ble_scan="passive")
    try:
        await until(listener.scans)
        data = manufacturer_data(PLUG, sequence=1, power_watts=3.3)
        await air.advertise(PLUG.address, manufacturer_data=data)
        assert (await listener.reading()).power_watts == 3.3
        assert not await air.discovering()
    finally:
        listener.task.cancel()
        await asyncio.wait([listener.task])


async def test_the_end_of_bluetoothd_is_noticed_and_a_new_listener_recovers(
    bus: str, tmp_path: Path
) -> None:
    """Bleak raises nothing then; and nothing counts as heard any more."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            listener = Listener()
            await air.until_discovering()
            await air.speak(PLUG, 1, 10.0)
            await listener.reading()
            daemon.kill()
            assert "systemctl start bluetooth" in (await listener.end()).reason
            assert listener.hearing.age_seconds(PLUG.mac) is None
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            listener = Listener()
            await air.until_discovering()
            await air.speak(PLUG, 2, 11.0)
            assert (await listener.reading()).power_watts == 11.0
            listener.task.cancel()
            await asyncio.wait([listener.task])


async def test_a_bluetoothd_that_was_restarted_quickly_is_noticed_too(
    bus: str, tmp_path: Path
) -> None:
    """The new one knows nothing of our scan: that it answers proves nothing."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            listener = Listener(ble_check_seconds=1.0)
            await air.until_discovering()
            daemon.kill()
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            assert isinstance(await listener.end(), UnreachableError)


async def test_a_bluetoothd_that_hangs_is_noticed(bus: str, tmp_path: Path) -> None:
    """It holds its name and answers nothing."""
    with bluetoothd(bus, tmp_path) as daemon:
        async with radio(bus) as air:
            await air.add_adapter()
            listener = Listener()
            await air.until_discovering()
            daemon.send_signal(signal.SIGSTOP)
            try:
                assert "does not answer" in (await listener.end()).reason
            finally:
                daemon.send_signal(signal.SIGCONT)


async def test_a_scanner_that_hears_nothing_is_given_up(air: Radio) -> None:
    """Such as after a firmware fault of the adapter: all calls succeed, nothing comes."""
    listener = Listener(ble_mute_limit_seconds=0.3)
    await air.until_discovering()
    assert "no Bluetooth device was heard for 0.3 s" in (await listener.end()).reason


async def test_an_adapter_that_is_switched_off_is_noticed(air: Radio, listener: Listener) -> None:
    """While scanning, and then at the start."""
    await air.power(on=False)
    for failed in (listener, Listener()):
        assert "adapter hci0 is off: bluetoothctl power on" in (await failed.end()).reason


async def test_an_adapter_that_is_pulled_out_is_noticed(air: Radio, listener: Listener) -> None:
    """While scanning, and then at the start."""
    await air.remove_adapter()
    assert "the Bluetooth adapter is gone" in (await listener.end()).reason
    assert "no Bluetooth adapter: plug one in" in (await Listener().end()).reason


async def test_the_death_of_the_bus_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbus-daemon ends, and everything with it."""
    with system_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with bluetoothd(address, tmp_path):
            async with radio(address) as air:
                await air.add_adapter()
                listener = Listener()
                await air.until_discovering()
    assert "the D-Bus connection was lost" in (await listener.end()).reason
    assert "mount the host's /run/dbus" in (await Listener().end()).reason


async def test_an_adapter_that_is_not_there_is_named_with_those_that_are(air: Radio) -> None:
    """BLE_ADAPTER with a typing mistake."""
    del air
    error = await Listener(ble_adapter="hci7").end()
    assert error.reason == "there is no adapter hci7 (BLE_ADAPTER); present: hci0"


@pytest.mark.usefixtures("bus")
async def test_a_bus_without_bluetoothd_says_what_to_start() -> None:
    """The commonest state of a fresh host."""
    error = await Listener().end()
    assert "bluetoothd does not run: systemctl start bluetooth" in error.reason


async def test_a_user_whom_the_policy_forbids_bluez_is_told_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for an ordinary user on many distributions."""
    with system_bus(tmp_path, policy="bluez_forbidden") as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with bluetoothd(address, tmp_path):
            error: SourceError = UnreachableError("not tried yet")
            async with asyncio.timeout(LIMIT_SECONDS):
                while not isinstance(error, RejectedError):
                    error = await Listener().end()
    assert "/etc/dbus-1/system.d/bluetooth.conf" in error.reason


@pytest.mark.usefixtures("bus")
async def test_a_user_whom_the_bus_does_not_know_is_told_the_setting() -> None:
    """A user namespace changes the id that the bus sees."""
    error = await Listener(bleak_dbus_auth_uid=4_000_000).end()
    assert isinstance(error, RejectedError)
    assert "BLEAK_DBUS_AUTH_UID" in error.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that does not exist")
def test_a_user_whom_the_host_does_not_have_is_told_how_to_make_it() -> None:
    """As the exporter's pod on a host without user 10001: dbus-daemon hangs up on it."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with system_bus(Path(name)) as address:
            said = subprocess.run(  # noqa: S603 - our own lines
                [sys.executable, "-c", STRANGER, address],
                capture_output=True,
                text=True,
                check=False,
            ).stderr
    assert "hangs up on user 10001" in said
    assert "useradd --system --uid 10001 ppms" in said


@pytest.mark.parametrize(
    ("address", "kind", "way_out"),
    [
        ("unix:path=/nowhere/bus", UnreachableError, "mount the host's /run/dbus"),
        ("/run/dbus/system_bus_socket", RejectedError, "write one like unix:path="),
        ("pigeon:loft=3", RejectedError, "write one like unix:path="),
    ],
)
async def test_a_wrong_bus_address_says_how_to_write_one(
    address: str, kind: type[SourceError], way_out: str
) -> None:
    """One line each."""
    error = await Listener(dbus_system_bus_address=address).end()
    assert type(error) is kind
    assert address in error.reason
    assert way_out in error.reason
    assert "\n" not in error.reason
