"""Wiring of Bluetooth: the radio, a watchdog over it, and the readings of all plugs."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from dbus_fast.aio import MessageBus

from exporter_kit import Exporter, Subscribe
from home_model.sources import BleSource
from switchbot_exporter.ble import errors
from switchbot_exporter.ble.client import (
    Adapter,
    check_adapter,
    find_adapter,
    scanning,
    system_bus,
)
from switchbot_exporter.ble.listener import Listener, Result
from switchbot_exporter.ble.settings import BleSettings
from switchbot_exporter.ble.statistics import Statistics


class BleFetcher:
    """Receives plugs over Bluetooth."""

    def __init__(self, settings: BleSettings, statistics: Statistics) -> None:
        self._settings = settings
        self._statistics = statistics

    async def subscribe(self, sources: Sequence[BleSource]) -> AsyncGenerator[Result]:
        """Yield a reading for each advertisement of these plugs, or why one cannot be parsed.

        Raises:
            SourceError: There is no radio, or it died. bluetoothd is asked every BLE_CHECK_SECONDS
                and has three seconds to answer; a scanner that receives nothing for
                BLE_MUTE_LIMIT_SECONDS is replaced at the next check.
        """
        settings, statistics = self._settings, self._statistics
        listener = Listener(sources, statistics, settings.ble_scale)
        async with system_bus(settings) as bus:
            adapter = await find_adapter(bus, settings.ble_adapter)
            async with scanning(adapter, settings, listener.on_advertisement):
                statistics.scanners += 1
                watchdog = Watchdog(bus, adapter, settings, statistics)
                try:
                    while True:
                        if result := await listener.next_result(watchdog.due_in_seconds()):
                            yield result
                        await watchdog.check_if_due()
                finally:
                    statistics.forget_received()


class Watchdog:
    """Notices a radio that died: bleak 3.1 raises nothing when bluetoothd ends under a scanner."""

    def __init__(
        self, bus: MessageBus, adapter: Adapter, settings: BleSettings, statistics: Statistics
    ) -> None:
        self._bus = bus
        self._adapter = adapter
        self._settings = settings
        self._statistics = statistics
        self._started_at = self._now()
        self._due_at = self._started_at + settings.ble_check_seconds

    def due_in_seconds(self) -> float:
        """Return the time to the next check."""
        return max(0.0, self._due_at - self._now())

    async def check_if_due(self) -> None:
        """Check the radio, if it is time to.

        Raises:
            UnreachableError: bluetoothd or its adapter is gone, or nothing is received any more.
        """
        if self.due_in_seconds() > 0:
            return
        await check_adapter(self._bus, self._adapter)
        limit_seconds = self._settings.ble_mute_limit_seconds
        if self._now() - max(self._statistics.any_received_at, self._started_at) > limit_seconds:
            raise errors.nothing_received(limit_seconds)
        self._due_at = self._now() + self._settings.ble_check_seconds

    def _now(self) -> float:
        return self._statistics.clock.monotonic()


@asynccontextmanager
async def open_ble(settings: BleSettings) -> AsyncGenerator[Exporter]:
    """Open the exporter of Bluetooth alone. The radio is opened later, and whenever it died."""
    statistics = Statistics()
    yield Exporter((ble_feed(settings, statistics),), statistics.samples)


def ble_feed(settings: BleSettings, statistics: Statistics) -> Subscribe[BleSource]:
    """Return the subscription: all plugs share one radio."""
    fetcher = BleFetcher(settings, statistics)
    return Subscribe(BleSource, fetcher.subscribe, settings.ble_age_limit_seconds)
