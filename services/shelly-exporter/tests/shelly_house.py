"""Emulated devices, and the exporter's readers in time that the test owns.

Requests are real, over loopback; only the clocks are the test's. `RequestTime` lets no time pass
while a request runs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from exporter_kit.testing import Rig, Time
from service_kit.waiting import poll_until_async
from shelly_emulator.device import Device
from shelly_emulator.server import DeviceServer
from shelly_exporter.exporter import ShellyReader

PASSWORD = "secret-of-devices"
INTERVAL_SECONDS = 10.0
MAC = "58E6C5000001"
LIMIT_SECONDS = 60.0


class RequestTime(Time):
    """Time that goes on only when every poll sleeps: requests take none of it."""

    polls = 0

    async def settle(self) -> None:
        """Wait until nothing runs but what waits for this clock."""
        await super().settle()
        await poll_until_async(
            lambda: self._waiting() >= self.polls, LIMIT_SECONDS, interval_seconds=0.001
        )
        await super().settle()

    def _waiting(self) -> int:
        """Count who waits for this clock; who was cancelled does not."""
        return sum(not woken.done() for _, woken in self._sleepers)


@dataclass
class House:
    """One device, the exporter that reads it, and their one clock."""

    server: DeviceServer
    rig: Rig
    time: Time
    reader: ShellyReader

    @property
    def device(self) -> Device:
        """The device at the address."""
        return self.server.device

    @property
    def state(self) -> str:
        """`up`, or the type of the failure."""
        return self.rig.state("device_1")

    @property
    def reason(self) -> str:
        """What is logged of it."""
        return str(self.rig.outcome("device_1"))

    async def seconds_until(self, state: str, limit_seconds: float = 3600.0) -> float:
        """Let time pass until the device is in a state; return how long it took."""
        begin = self.time.seconds
        while self.state != state:
            assert self.time.seconds - begin < limit_seconds, self.reason
            await self.time.pass_by(1.0)
        return self.time.seconds - begin

    def value(self, word: str, device: str = "device_1") -> float | None:
        """Return the sample of a metric, as a scrape gives it now."""
        metric = self.rig.metrics().get(f"shelly_{word}")
        samples = metric.samples if metric else ()
        return next((s.value for s in samples if s.labels["device"] == device), None)


type OpenHouse = Callable[..., Awaitable[House]]
