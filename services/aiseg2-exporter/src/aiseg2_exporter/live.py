"""The live pages, read once for all who need them at the same time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiseg2_exporter.client import Circuits, Client
from aiseg2_exporter.parse import Summary
from home_model.errors import BadPayloadError, SourceError
from service_kit.clock import Clock

NO_SUMMARY = Summary(generation_kw=None, use_kw=None, direction=None, generators=())


@dataclass(frozen=True, slots=True)
class Live:
    """Power of the house and of its circuits.

    Attributes:
        summary: Without any value where there is an error.
        at: When the last page had arrived, by our clock.
        read_seconds: The same instant by the monotonic clock.
        error: Why there is no summary; the circuits are there all the same.
    """

    summary: Summary
    circuits: Circuits
    at: datetime
    read_seconds: float
    error: SourceError | None = None

    @property
    def problem(self) -> SourceError | None:
        """Return why not all pages could be read."""
        return self.error or self.circuits.error


class LiveReader:
    """Share one reading of the pages between the exporter and the forwarder."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._lock = asyncio.Lock()
        self._last: Live | None = None

    async def read(self, max_age_seconds: float) -> Live:
        """Return the power, read now unless somebody read it within `max_age_seconds`.

        Raises:
            SourceError: The unit gave nothing, or refuses.
        """
        async with self._lock:
            if self._last and self._age_seconds(self._last) < max_age_seconds:
                return self._last
            summary, error = await self._read_summary()
            circuits = await self._client.fetch_circuits()
            if error and not circuits.circuits:
                raise error
            now, seconds = self._clock.now(), self._clock.monotonic()
            self._last = Live(summary, circuits, now, seconds, error)
            return self._last

    async def _read_summary(self) -> tuple[Summary, SourceError | None]:
        try:
            return await self._client.fetch_summary(), None
        except BadPayloadError as error:
            return NO_SUMMARY, error

    def _age_seconds(self, live: Live) -> float:
        return self._clock.monotonic() - live.read_seconds
