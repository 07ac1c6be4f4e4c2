"""Notice a radio that died: bleak 3.1 raises nothing when bluetoothd ends under a scanner."""

from dbus_fast.aio import MessageBus

from switchbot_exporter.ble import trouble
from switchbot_exporter.ble.bluetoothd import Adapter, check_adapter
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.settings import BleSettings


class Watchdog:
    """Guards one scanner, from the moment that it starts."""

    def __init__(
        self, bus: MessageBus, adapter: Adapter, settings: BleSettings, hearing: Hearing
    ) -> None:
        self._bus = bus
        self._adapter = adapter
        self._settings = settings
        self._hearing = hearing
        self._started_at = self._now()
        self._due_at = self._started_at + settings.ble_check_seconds

    def due_in_seconds(self) -> float:
        """How long nothing has to be looked at."""
        return max(0.0, self._due_at - self._now())

    async def look(self) -> None:
        """Look, if it is time to.

        Raises:
            UnreachableError: bluetoothd or its adapter is gone, or nothing is heard any more.
        """
        if self.due_in_seconds() > 0:
            return
        await check_adapter(self._bus, self._adapter)
        limit_seconds = self._settings.ble_mute_limit_seconds
        if self._now() - max(self._hearing.anything_at, self._started_at) > limit_seconds:
            raise trouble.mute(limit_seconds)
        self._due_at = self._now() + self._settings.ble_check_seconds

    def _now(self) -> float:
        return self._hearing.clock.monotonic()
