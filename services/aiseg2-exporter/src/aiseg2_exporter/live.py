"""The live pages, read once for all who need them at the same time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiseg2_exporter.client import Circuits, Client
from aiseg2_exporter.parse import Summary
from service_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Live:
    """Power of the house and of its circuits.

    Attributes:
        at: When the last page had arrived, by our clock.
        read_seconds: The same instant by the monotonic clock.
    """

    summary: Summary
    circuits: Circuits
    at: datetime
    read_seconds: float


class LiveReader:
    """Share one reading of the pages between the exporter and the forwarder."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._lock = asyncio.Lock()
        self._last: Live | None = None

    async def read(self, max_age_seconds: float) -> Live:
        """Return the power, read now unless somebody read it within `max_age_seconds`.

        Raises:
            SourceError: One of the pages could not be read.
        """
        async with self._lock:
            if self._last and self._age_seconds(self._last) <= max_age_seconds:
                return self._last
            summary = await self._client.fetch_summary()
            circuits = await self._client.fetch_circuits()
            now, seconds = self._clock.now(), self._clock.monotonic()
            self._last = Live(summary, circuits, now, seconds)
            return self._last

    def _age_seconds(self, live: Live) -> float:
        return self._clock.monotonic() - live.read_seconds
