"""Devices that the mock bluetoothd receives, put there over D-Bus."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from ble_radio.adverts import Plug, manufacturer_data
from testbed.process import DidNotStartError

START_LIMIT_SECONDS = 30.0
SCAN_LIMIT_SECONDS = 60.0
BLUEZ = "org.bluez"
DEVICE = "org.bluez.Device1"
MOCK = "org.freedesktop.DBus.Mock"
BLUEZ_MOCK = "org.bluez.Mock"


class MockRefusedError(Exception):
    """The mock bluetoothd answered a call with an error."""


class Radio:
    """What the adapter `hci0` receives. Make it with `radio()`."""

    def __init__(self, bus: MessageBus, adapter: str = "hci0") -> None:
        self._bus = bus
        self._adapter = adapter
        self._on_air: set[str] = set()

    async def add_adapter(self) -> None:
        """Plug a powered adapter in."""
        await self._call("/org/bluez", BLUEZ_MOCK, "AddAdapter", "ss", self._adapter, "mock")

    async def remove_adapter(self) -> None:
        """Pull it out; its devices go unnoticed, as when bluetoothd crashes."""
        await self._call("/org/bluez", BLUEZ_MOCK, "RemoveAdapter", "s", self._adapter)
        self._on_air.clear()

    async def power(self, *, on: bool) -> None:
        """Switch the adapter on or off."""
        properties = {"Powered": Variant("b", on)}
        path = f"/org/bluez/{self._adapter}"
        await self._call(path, MOCK, "UpdateProperties", "sa{sv}", "org.bluez.Adapter1", properties)

    async def discovering(self) -> bool:
        """Whether somebody scans actively."""
        (value,) = await self._call(
            f"/org/bluez/{self._adapter}",
            "org.freedesktop.DBus.Properties",
            "Get",
            "ss",
            "org.bluez.Adapter1",
            "Discovering",
        )
        return value.value

    async def until_discovering(self) -> None:
        """Wait until somebody scans actively.

        Raises:
            TimeoutError: Nobody did in a minute.
        """
        async with asyncio.timeout(SCAN_LIMIT_SECONDS):
            while not await self.discovering():  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.02)

    async def advertise_power(self, plug: Plug, sequence: int, power_watts: float) -> None:
        """Let a plug that is on send its power, with its scan response."""
        data = manufacturer_data(plug, sequence=sequence, power_watts=power_watts)
        await self.advertise(plug.address, manufacturer_data=data, service_data=plug.service_data)

    async def advertise(
        self,
        address: str,
        *,
        manufacturer_data: Mapping[int, bytes],
        service_data: Mapping[str, bytes] | None = None,
        rssi_dbm: int = -60,
    ) -> None:
        """Send one advertisement of a device: the first adds it, later ones change its data."""
        properties = {
            "ManufacturerData": _variants("a{qv}", manufacturer_data),
            "RSSI": Variant("n", rssi_dbm),
        }
        if service_data:
            properties["ServiceData"] = _variants("a{sv}", service_data)
        if address in self._on_air:
            await self._update(address, properties)
        else:
            await self._appear(address, properties)

    async def rssi(self, address: str, rssi_dbm: int) -> None:
        """Send what BlueZ reports of an advertisement whose bytes are the same as before."""
        await self._update(address, {"RSSI": Variant("n", rssi_dbm)})

    async def _update(self, address: str, properties: Mapping[str, Variant]) -> None:
        path = self._path(address)
        await self._call(path, MOCK, "UpdateProperties", "sa{sv}", DEVICE, properties)

    async def _appear(self, address: str, properties: Mapping[str, Variant]) -> None:
        # dbusmock's own AddDevice types ManufacturerData as an array, which bleak cannot read.
        path = self._path(address)
        known = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "public"),
            "Alias": Variant("s", address.replace(":", "-")),
            "Adapter": Variant("o", f"/org/bluez/{self._adapter}"),
            "ServiceData": _variants("a{sv}", dict[str, bytes]()),
            **properties,
        }
        await self._call("/", MOCK, "AddObject", "ssa{sv}a(ssss)", path, DEVICE, known, [])
        added = [Variant("o", path), Variant("a{sa{sv}}", {DEVICE: known})]
        manager = "org.freedesktop.DBus.ObjectManager"
        signal = (manager, "InterfacesAdded", "oa{sa{sv}}", added)
        await self._call("/", MOCK, "EmitSignal", "sssav", *signal)
        self._on_air.add(address)

    def _path(self, address: str) -> str:
        return f"/org/bluez/{self._adapter}/dev_{address.replace(':', '_')}"

    async def _call(
        self, path: str, interface: str, member: str, signature: str, *body: object
    ) -> list[Any]:
        message = Message(
            destination=BLUEZ,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        reply = await self._bus.call(message)
        if reply is None or reply.message_type is MessageType.ERROR:
            what = reply.body if reply else "no reply"
            refused = f"{interface}.{member} on {path}: {what}"
            raise MockRefusedError(refused)
        return reply.body


@asynccontextmanager
async def radio(address: str) -> AsyncGenerator[Radio]:
    """Wait until the mock bluetoothd of a bus is there; gives its radio, without an adapter yet.

    Raises:
        DidNotStartError: Nobody owned `org.bluez` in time.
    """
    bus = await MessageBus(bus_address=address, bus_type=BusType.SYSTEM).connect()
    try:
        await _wait_for_bluez(bus)
        yield Radio(bus)
    finally:
        bus.disconnect()
        with suppress(EOFError):  # the bus may have been the first to go
            await bus.wait_for_disconnect()


async def _wait_for_bluez(bus: MessageBus) -> None:
    try:
        async with asyncio.timeout(START_LIMIT_SECONDS):
            while not await _bluez_is_there(bus):  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.02)
    except TimeoutError:
        message = "nobody owns org.bluez; see bluetoothd.log"
        raise DidNotStartError(message) from None


async def _bluez_is_there(bus: MessageBus) -> bool:
    # AddAdapter needs the template, which is loaded after the name is taken.
    reply = await bus.call(
        Message(
            destination=BLUEZ,
            path="/org/bluez",
            interface="org.freedesktop.DBus.Introspectable",
            member="Introspect",
        )
    )
    return reply is not None and reply.message_type is MessageType.METHOD_RETURN


def _variants[K](signature: str, values: Mapping[K, bytes]) -> Variant:
    return Variant(signature, {key: Variant("ay", value) for key, value in values.items()})
