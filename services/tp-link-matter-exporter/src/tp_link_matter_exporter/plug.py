"""One plug at a Matter server: what it pushes, and whether it still lives.

The server goes on calling a plug available for minutes after it lost power (173 s seen), and keeps
its last values. So nothing is taken from the server's memory: values are read live, pushes change
them, and when nothing came for a while the plug has to answer another read.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from matter_server.client import MatterClient
from matter_server.client.exceptions import MatterClientException
from matter_server.client.models.node import MatterNode
from matter_server.common.errors import MatterError
from matter_server.common.models import EventType

from home_model.errors import SourceError, UnreachableError
from home_model.readings import Reading
from home_model.sources import MatterSource
from tp_link_matter_exporter.meters import Meter, find_meter, find_node
from tp_link_matter_exporter.parsing import parse_reading

# One report of a plug arrives as several events.
SETTLE_SECONDS = 0.05

type Result = Reading | SourceError


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: how long a silence is believed, and how long a live read may take."""

    confirm_seconds: float
    read_seconds: float


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Plug:
    """Follows one source for as long as the connection holds."""

    def __init__(
        self,
        client: MatterClient,
        source: MatterSource,
        timing: Timing,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._client = client
        self._source = source
        self._timing = timing
        self._now = now
        self._news = asyncio.Event()
        self._meter: Meter | None = None
        self._values: dict[str, Any] | None = None  # None: to be read live
        self._unsubscribe: list[Callable[[], None]] = []

    async def speak(self) -> AsyncGenerator[Result]:
        """Yield a reading for every change and every confirmation, or why there is none."""
        for event in (EventType.NODE_ADDED, EventType.NODE_UPDATED, EventType.NODE_REMOVED):
            self._client.subscribe_events(self._node_changed, event)
        while True:
            try:
                yield await self._read()
            except SourceError as error:
                self._values = None
                yield error
            await self._wait()

    async def _read(self) -> Reading:
        meter = self._find()
        values = self._values
        if values is None:
            values = await self._read_live(meter)
        return parse_reading(meter, values, self._now())

    def _find(self) -> Meter:
        node = find_node((node.node_data for node in self._client.get_nodes()), self._source.id)
        meter = find_meter(node, self._source)
        if meter != self._meter:
            self._follow(meter)
        if not node.available:
            message = f"the Matter server cannot reach {self._source.id}: has the plug power?"
            raise UnreachableError(message)
        return meter

    def _follow(self, meter: Meter) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        # The event carries the value alone, hence a subscription for each path.
        self._unsubscribe = [
            self._client.subscribe_events(
                partial(self._pushed, path), EventType.ATTRIBUTE_UPDATED, meter.node_id, path
            )
            for path in meter.paths
        ]
        self._meter, self._values = meter, None

    async def _read_live(self, meter: Meter) -> dict[str, Any]:
        self._news.clear()
        try:
            async with asyncio.timeout(self._timing.read_seconds):
                values = await self._client.read_attribute(meter.node_id, list(meter.paths))
        except TimeoutError:
            message = f"{self._source.id} gave no answer within {self._timing.read_seconds:g} s"
            raise UnreachableError(message) from None
        except (MatterError, MatterClientException) as error:
            message = f"{self._source.id} could not be read ({type(error).__name__}: {error})"
            raise UnreachableError(message) from None
        # What was pushed meanwhile may be newer or older than the answer: then it is read again.
        self._values = None if self._news.is_set() else values
        return values

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._timing.confirm_seconds):
                await self._news.wait()
        except TimeoutError:
            self._values = None
            return
        await asyncio.sleep(SETTLE_SECONDS)
        self._news.clear()

    def _pushed(self, path: str, _: EventType, value: object) -> None:
        if self._values is not None:
            self._values[path] = value
        self._news.set()

    def _node_changed(self, _: EventType, about: MatterNode | int) -> None:
        node_id = about.node_id if isinstance(about, MatterNode) else about
        if self._meter is None or self._meter.node_id == node_id:
            self._values = None
            self._news.set()
