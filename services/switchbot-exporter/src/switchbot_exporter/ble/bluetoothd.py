"""bluetoothd as seen over D-Bus: which adapter to scan with, and whether it still lives.

bleak raises nothing when bluetoothd dies under a scanner (3.1), so somebody has to ask.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from dbus_fast import BusType, DBusFastError, Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal

from switchbot_exporter.ble import trouble
from switchbot_exporter.ble.settings import BleSettings

BLUEZ = "org.bluez"
ADAPTER = "org.bluez.Adapter1"
ANSWER_LIMIT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Adapter:
    """A radio, and the very bluetoothd process that drives it: `owner` is never given twice."""

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
        UnreachableError: Nobody listens there.
        RejectedError: The address makes no sense, or this user is not let in.
    """
    uid = settings.bleak_dbus_auth_uid
    address = settings.dbus_system_bus_address
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            auth = None if uid is None else AuthExternal(uid=uid)
            bus = MessageBus(bus_address=address, bus_type=BusType.SYSTEM, auth=auth)
            await bus.connect()
    except (DBusFastError, OSError, EOFError) as error:
        raise trouble.of_bus(error, address) from error
    try:
        yield bus
    finally:
        bus.disconnect()
        # Asked for, so that the end of a bus that died is not reported as nobody's exception.
        with suppress(DBusFastError, OSError, EOFError):
            async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
                await bus.wait_for_disconnect()


async def find_adapter(bus: MessageBus, wanted: str | None) -> Adapter:
    """The adapter of that name, or else the first one that is powered.

    Raises:
        UnreachableError: There is none, it is off, or bluetoothd does not run.
        RejectedError: D-Bus does not let this user speak to bluetoothd.
    """
    objects = Message(
        destination=BLUEZ,
        path="/",
        interface="org.freedesktop.DBus.ObjectManager",
        member="GetManagedObjects",
    )
    reply = await _answer(bus, objects)
    adapters = {
        path.rsplit("/", 1)[-1]: unpack_variants(interfaces[ADAPTER])
        for path, interfaces in reply.body[0].items()
        if ADAPTER in interfaces
    }
    return Adapter(_chosen(adapters, wanted), owner=reply.sender or BLUEZ)


def _chosen(adapters: Mapping[str, Mapping[str, Any]], wanted: str | None) -> str:
    if wanted is not None and wanted not in adapters:
        raise trouble.adapter_missing(wanted, adapters)
    names = sorted(adapters) if wanted is None else [wanted]
    if not names:
        raise trouble.no_adapter()
    for name in names:
        if adapters[name]["Powered"]:
            return name
    raise trouble.adapter_off(names[0])


async def check_adapter(bus: MessageBus, adapter: Adapter) -> None:
    """Ask the bluetoothd that we scan with, and no other, whether the adapter is still on.

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
    reply = await _answer(bus, powered)
    if not reply.body[0].value:
        raise trouble.adapter_off(adapter.name)


async def _answer(bus: MessageBus, question: Message) -> Message:
    if not bus.connected:
        raise trouble.bus_lost()
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            reply = await bus.call(question)
    except TimeoutError:
        raise trouble.hangs() from None
    except (DBusFastError, OSError, EOFError) as error:
        raise trouble.bus_lost() from error
    if reply.message_type is MessageType.ERROR:
        raise trouble.of_reply(reply.error_name, reply.body)
    return reply
