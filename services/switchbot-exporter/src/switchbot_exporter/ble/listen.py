"""Listen to plugs: an endless iterator of readings, for as long as the radio works."""

from collections.abc import AsyncGenerator, Sequence

from home_model.sources import BleSource
from switchbot_exporter.ble.bluetoothd import find_adapter, system_bus
from switchbot_exporter.ble.ear import Ear, Said
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.scanner import scanning
from switchbot_exporter.ble.settings import BleSettings
from switchbot_exporter.ble.watchdog import Watchdog


async def listen(
    settings: BleSettings, hearing: Hearing, sources: Sequence[BleSource]
) -> AsyncGenerator[Said]:
    """Yield a reading for each advert of these plugs, or the reason why one cannot be read.

    Raises:
        SourceError: There is no radio, or it died. bluetoothd is asked every BLE_CHECK_SECONDS
            and has three seconds to answer; a scanner that hears nothing for
            BLE_MUTE_LIMIT_SECONDS is given up at the next check.
    """
    ear = Ear(sources, hearing, settings.ble_scale)
    async with system_bus(settings) as bus:
        adapter = await find_adapter(bus, settings.ble_adapter)
        async with scanning(adapter, settings, ear.hear):
            hearing.scanners += 1
            watchdog = Watchdog(bus, adapter, settings, hearing)
            try:
                while True:
                    if said := await ear.said_within(watchdog.due_in_seconds()):
                        yield said
                    await watchdog.look()
            finally:
                hearing.forget()
