"""Forward the live values to InfluxDB through a durable outbox."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.points import make_points
from aiseg2_exporter.settings import Settings
from exporter_kit import Sample
from home_model.errors import SourceError
from service_kit.clock import Clock
from service_kit.obstacles import why_not_written
from timeseries_io.forwarding import Outbox, forwarding

LOG = logging.getLogger(__name__)
NS_PER_US = 1_000


class Forwarder:
    """Read every few seconds and keep the points; the outbox delivers them."""

    def __init__(self, live: LiveReader, outbox: Outbox, clock: Clock) -> None:
        self._live, self._outbox, self._clock = live, outbox, clock
        self._last_failure = ""
        self.failed_cycles = 0

    async def run(self, interval_seconds: float) -> None:
        """Forward for ever; a slow cycle makes later ones drop, as the old tool's ticker did."""
        LOG.info("reading points every %g s", interval_seconds)
        while True:
            due = self._clock.monotonic() + interval_seconds
            await self.cycle(0.5 * interval_seconds)
            await self._clock.sleep(max(0.0, due - self._clock.monotonic()))

    async def cycle(self, max_age_seconds: float) -> None:
        """Read once and keep the points. A failure is logged when it begins and when it ends."""
        try:
            live = await self._live.read(max_age_seconds)
            at_ns = round(live.at.timestamp() * 1_000_000) * NS_PER_US
            await self._outbox.keep(make_points(live, at_ns))
        except SQLAlchemyError as error:
            self._failed(why_not_written(error))
        except SourceError as error:
            self._failed(str(error))
        else:
            if live.problem:  # the points of the other pages are kept
                self._failed(f"of one page: {live.problem}")
            else:
                self._succeeded()

    def samples(self) -> Iterator[Sample]:
        """Yield the forwarder's metrics, from memory."""
        yield from (Sample(*each) for each in self._outbox.metrics("aiseg2_forward"))
        yield Sample(
            "aiseg2_forward_failed_cycles_total", "counter",
            "Cycles whose points could not be read or kept.", self.failed_cycles,
        )  # fmt: skip

    def _succeeded(self) -> None:
        if self._last_failure:
            LOG.info("points are read and kept again")
        self._last_failure = ""

    def _failed(self, reason: str) -> None:
        self.failed_cycles += 1
        if reason != self._last_failure:
            LOG.warning("nothing to forward: %s", reason)
        self._last_failure = reason


@asynccontextmanager
async def forwarding_unit(
    settings: Settings, live: LiveReader, clock: Clock
) -> AsyncGenerator[Forwarder]:
    """Forward for the length of a `with` block.

    Raises:
        CannotStartError: The outbox cannot be used.
    """
    async with forwarding(settings, settings.outbox_file, clock) as outbox:
        forwarder = Forwarder(live, outbox, clock)
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(forwarder.run(settings.forward_interval_seconds))
            yield forwarder
            work.cancel()
