"""bleak's scanner for the length of a `with` block."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from dbus_fast import DBusFastError

from switchbot_exporter.ble import trouble
from switchbot_exporter.ble.advert import WOAN_COMPANY_ID
from switchbot_exporter.ble.bluetoothd import ANSWER_LIMIT_SECONDS, Adapter
from switchbot_exporter.ble.settings import BleSettings

STOP_LIMIT_SECONDS = 1.0

type Heard = Callable[[BLEDevice, AdvertisementData], None]

OF_SWITCHBOT = OrPattern(
    0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, WOAN_COMPANY_ID.to_bytes(2, "little")
)


@asynccontextmanager
async def scanning(
    adapter: Adapter, settings: BleSettings, heard: Heard
) -> AsyncGenerator[BleakScanner]:
    """Call `heard` for everything the adapter hears.

    Raises:
        SourceError: Scanning could not start.
    """
    scanner = BleakScanner(heard, scanning_mode=settings.ble_scan, bluez=_bluez(adapter, settings))
    try:
        async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
            await scanner.start()
    except TimeoutError:
        raise trouble.hangs() from None
    except BleakError as error:
        raise trouble.of_scanner(error) from error
    except (DBusFastError, OSError, EOFError) as error:
        raise trouble.bus_lost() from error
    try:
        yield scanner
    finally:
        # A bluetoothd that died or hangs cannot be told to stop.
        with suppress(BleakError, DBusFastError, OSError, EOFError):
            async with asyncio.timeout(STOP_LIMIT_SECONDS):
                await scanner.stop()


def _bluez(adapter: Adapter, settings: BleSettings) -> BlueZScannerArgs:
    if settings.ble_scan == "passive":
        return {"adapter": adapter.name, "or_patterns": [OF_SWITCHBOT]}
    return {"adapter": adapter.name}
