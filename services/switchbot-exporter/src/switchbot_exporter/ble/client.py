"""The radio: bluetoothd over D-Bus, its adapter, and bleak's scanner on it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from dbus_fast import BusType, DBusFastError, Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal

from switchbot_exporter.ble import errors
from switchbot_exporter.ble.parse import WOAN_COMPANY_ID
from switchbot_exporter.ble.settings import BleSettings

BLUEZ = "org.bluez"
ADAPTER = "org.bluez.Adapter1"
ANSWER_LIMIT_SECONDS = 3.0
STOP_LIMIT_SECONDS = 1.0

type OnAdvertisement = Callable[[BLEDevice, AdvertisementData], None]

SWITCHBOT_PATTERN = OrPattern(
    0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, WOAN_COMPANY_ID.to_bytes(2, "little")
)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A radio, and the very bluetoothd process that drives it: `owner` is never reused."""

    name: str
    owner: str

    @property
    def path(self) -> str:
        """Its D-Bus object."""
        return f"/org/bluez/{self.name}"


@asynccontextmanager
async def system_bus(settings: BleSettings) -> AsyncGenerator[MessageBus]:
    """Connect to the system bus.

    Raises:
        UnreachableError: Nothing listens there.
        RejectedError: The address makes no sense, or this user may not connect.
    """
    uid = settings.bleak_dbus_auth_uid
    address = settings.dbus_system_bus_address
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            auth = None if uid is None else AuthExternal(uid=uid)
            bus = MessageBus(bus_address=address, bus_type=BusType.SYSTEM, auth=auth)
            await bus.connect()
    except (DBusFastError, OSError, EOFError) as error:
        raise errors.bus_error(error, address) from error
    try:
        yield bus
    finally:
        bus.disconnect()
        # Awaited, so that the end of a bus that died is not reported as an exception of no task.
        with suppress(DBusFastError, OSError, EOFError):
            async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
                await bus.wait_for_disconnect()


async def find_adapter(bus: MessageBus, wanted: str | None) -> Adapter:
    """Return the adapter of that name, or else the first one that is powered.

    Raises:
        UnreachableError: There is none, it is off, or bluetoothd does not run.
        RejectedError: D-Bus does not allow this user to call bluetoothd.
    """
    objects = Message(
        destination=BLUEZ,
        path="/",
        interface="org.freedesktop.DBus.ObjectManager",
        member="GetManagedObjects",
    )
    reply = await _call(bus, objects)
    adapters = {
        path.rsplit("/", 1)[-1]: unpack_variants(interfaces[ADAPTER])
        for path, interfaces in reply.body[0].items()
        if ADAPTER in interfaces
    }
    return Adapter(_select_adapter(adapters, wanted), owner=reply.sender or BLUEZ)


def _select_adapter(adapters: Mapping[str, Mapping[str, Any]], wanted: str | None) -> str:
    if wanted is not None and wanted not in adapters:
        raise errors.adapter_missing(wanted, adapters)
    names = sorted(adapters) if wanted is None else [wanted]
    if not names:
        raise errors.no_adapter()
    for name in names:
        if adapters[name]["Powered"]:
            return name
    raise errors.adapter_off(names[0])


async def check_adapter(bus: MessageBus, adapter: Adapter) -> None:
    """Ask the bluetoothd that scans, and no other, whether the adapter is still on.

    bleak raises nothing when bluetoothd dies under a scanner (3.1), hence this check.

    Raises:
        UnreachableError: It ended, was restarted, hangs, lost the adapter or switched it off.
    """
    powered = Message(
        destination=adapter.owner,
        path=adapter.path,
        interface="org.freedesktop.DBus.Properties",
        member="Get",
        signature="ss",
        body=[ADAPTER, "Powered"],
    )
    reply = await _call(bus, powered)
    if not reply.body[0].value:
        raise errors.adapter_off(adapter.name)


async def _call(bus: MessageBus, message: Message) -> Message:
    if not bus.connected:
        raise errors.bus_lost()
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            reply = await bus.call(message)
    except TimeoutError:
        raise errors.no_answer() from None
    except (DBusFastError, OSError, EOFError) as error:
        raise errors.bus_lost() from error
    if reply.message_type is MessageType.ERROR:
        raise errors.reply_error(reply.error_name, reply.body)
    return reply


@asynccontextmanager
async def scanning(
    adapter: Adapter, settings: BleSettings, on_advertisement: OnAdvertisement
) -> AsyncGenerator[BleakScanner]:
    """Call `on_advertisement` for everything that the adapter receives.

    Raises:
        SourceError: Scanning could not start.
    """
    scanner = BleakScanner(
        on_advertisement, scanning_mode=settings.ble_scan, bluez=_bluez_args(adapter, settings)
    )
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            await scanner.start()
    except TimeoutError:
        raise errors.no_answer() from None
    except BleakError as error:
        raise errors.scanner_error(error) from error
    except (DBusFastError, OSError, EOFError) as error:
        raise errors.bus_lost() from error
    try:
        yield scanner
    finally:
        # A bluetoothd that died or hangs cannot be stopped.
        with suppress(BleakError, DBusFastError, OSError, EOFError):
            async with asyncio.timeout(STOP_LIMIT_SECONDS):
                await scanner.stop()


def _bluez_args(adapter: Adapter, settings: BleSettings) -> BlueZScannerArgs:
    if settings.ble_scan == "passive":
        return {"adapter": adapter.name, "or_patterns": [SWITCHBOT_PATTERN]}
    return {"adapter": adapter.name}
