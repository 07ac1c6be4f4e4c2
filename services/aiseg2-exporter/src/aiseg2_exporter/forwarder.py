"""Forward the live values to InfluxDB through a durable outbox."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import SQLAlchemyError

from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.points import make_points
from aiseg2_exporter.settings import Settings
from exporter_kit import Sample
from home_model.errors import SourceError
from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from timeseries_io.delivery import Delivery, Limits, Status
from timeseries_io.errors import BadPointError
from timeseries_io.influxdb import InfluxWriter
from timeseries_io.line_protocol import Point, encode_point
from timeseries_io.outbox import OutboxTables, define_outbox, enqueue
from timeseries_io.sqlite import open_sqlite

LOG = logging.getLogger(__name__)
NS_PER_US = 1_000
STATUS_SECONDS = 5.0


class Forwarder:
    """Read every few seconds and enqueue; another thread delivers."""

    def __init__(
        self,
        live: LiveReader,
        outbox: tuple[Engine, OutboxTables],
        delivery: Delivery,
        clock: Clock,
    ) -> None:
        self._live, (self._engine, self._tables) = live, outbox
        self._delivery, self._clock = delivery, clock
        self._status: Status | None = None
        self._last_failure = ""
        self.failed_cycles = 0
        self.unwritable_points = 0

    async def run(self, interval_seconds: float) -> None:
        """Forward for ever; a slow cycle makes later ones drop, as the old tool's ticker did."""
        while True:
            due = self._clock.monotonic() + interval_seconds
            await self.cycle(0.5 * interval_seconds)
            await self._clock.sleep(max(0.0, due - self._clock.monotonic()))

    async def cycle(self, max_age_seconds: float) -> None:
        """Read once and enqueue. A failure is logged when it begins and when it ends."""
        try:
            live = await self._live.read(max_age_seconds)
            at_ns = round(live.at.timestamp() * 1_000_000) * NS_PER_US
            lines = self._encode(make_points(live, at_ns))
            await asyncio.to_thread(self._enqueue, lines)
        except (SourceError, SQLAlchemyError) as error:
            self._failed(error)
        else:
            if self._last_failure:
                LOG.info("points are read and kept again")
            self._last_failure = ""

    def samples(self) -> Iterator[Sample]:
        """Yield the forwarder's metrics, from memory."""
        if (status := self._status) is None:
            return
        counts, waiting = status.counts, status.waiting
        for name, text, value in (
            ("sent", "Points that InfluxDB has taken.", counts.sent_lines),
            (
                "dropped",
                "Oldest points that were dropped from a full outbox.",
                counts.dropped_lines,
            ),
            ("refused", "Points that InfluxDB refused on their own.", counts.refused_lines),
            ("unwritable", "Points that no line can express.", self.unwritable_points),
        ):
            yield Sample(f"aiseg2_forward_points_{name}_total", "counter", text, value)
        yield Sample(
            "aiseg2_forward_failed_writes_total", "counter",
            "Attempts to write to InfluxDB that failed.", counts.failures,
        )  # fmt: skip
        yield Sample(
            "aiseg2_forward_failed_cycles_total", "counter",
            "Cycles in which the unit could not be read.", self.failed_cycles,
        )  # fmt: skip
        for name, text, value in (
            ("points", "Points that wait in the outbox.", waiting.lines),
            ("bytes", "Size of the points that wait, in bytes.", waiting.size_bytes),
            ("age_seconds", "Age of the oldest point that waits, in seconds.",
             status.oldest_age_seconds),
            ("refused_points", "Refused points that are kept aside.", status.refused_kept),
        ):  # fmt: skip
            yield Sample(f"aiseg2_forward_outbox_{name}", "gauge", text, value)

    async def watch(self) -> None:
        """Refresh the status for /metrics, which must not wait for a disk."""
        while True:
            try:
                self._status = await asyncio.to_thread(self._delivery.status)
            except SQLAlchemyError as error:
                self._failed(error)
            await self._clock.sleep(STATUS_SECONDS)

    def _encode(self, points: Sequence[Point]) -> list[str]:
        lines = []
        for point in points:
            try:
                lines.append(encode_point(point))
            except BadPointError as error:
                self.unwritable_points += 1
                LOG.debug("a point was left out: %s", error)
        return lines

    def _enqueue(self, lines: Sequence[str]) -> None:
        with self._engine.begin() as connection:
            enqueue(connection, self._tables, lines, self._clock.now())

    def _failed(self, error: Exception) -> None:
        self.failed_cycles += 1
        reason = str(error)
        if reason != self._last_failure:
            LOG.warning("nothing to forward: %s", reason)
        self._last_failure = reason


@asynccontextmanager
async def forwarding(
    settings: Settings, live: LiveReader, clock: Clock
) -> AsyncGenerator[Forwarder]:
    """Forward for the length of a `with` block; what waits at its end is sent after a restart.

    Raises:
        CannotStartError: The outbox cannot be used.
    """
    engine, tables = open_outbox(settings.outbox_file)
    target, stop = settings.influxdb_target, threading.Event()
    with closing(InfluxWriter(target)) as writer:
        delivery = Delivery(
            engine,
            tables,
            writer.write,
            destination=f"InfluxDB at {target.url}",
            limits=Limits(max_bytes=settings.outbox_max_bytes),
            now=clock.now,
        )
        forwarder = Forwarder(live, (engine, tables), delivery, clock)
        LOG.info(
            "forwarding to InfluxDB at %s every %g s", target.url, settings.forward_interval_seconds
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(forwarder.run(settings.forward_interval_seconds)),
                    tasks.create_task(forwarder.watch()),
                ]
                sender = tasks.create_task(asyncio.to_thread(delivery.run, stop))
                yield forwarder
                stop.set()
                for task in work:
                    task.cancel()
                await sender
        finally:
            stop.set()
            engine.dispose()


def open_outbox(path: Path) -> tuple[Engine, OutboxTables]:
    """Return the outbox of a file, which is created if it is missing.

    Raises:
        CannotStartError: It cannot be created or is not an outbox.
    """
    metadata = MetaData()
    tables = define_outbox(metadata)
    engine = open_sqlite(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata.create_all(engine)
    except (OSError, SQLAlchemyError) as error:
        message = f"STATE_DIR: the outbox {path} cannot be used ({error})"
        raise CannotStartError(message) from None
    return engine, tables
