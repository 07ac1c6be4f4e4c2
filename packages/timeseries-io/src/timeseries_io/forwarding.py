"""Keep points in an outbox file and deliver them to InfluxDB beside an asyncio program."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import SQLAlchemyError

from service_kit.clock import Clock
from service_kit.errors import CannotStartError
from timeseries_io.delivery import Delivery, Limits, Status
from timeseries_io.errors import BadPointError
from timeseries_io.influxdb import InfluxWriter
from timeseries_io.line_protocol import Point, encode_point
from timeseries_io.outbox import OutboxTables, define_outbox, enqueue
from timeseries_io.settings import InfluxDBSettings
from timeseries_io.sqlite import open_sqlite

LOG = logging.getLogger(__name__)
STATUS_SECONDS = 5.0

# Name, type, help text and value of a metric.
type Metric = tuple[str, Literal["gauge", "counter"], str, float]


class Outbox:
    """Points on their way to InfluxDB; what `keep` has returned for is not lost by a crash."""

    def __init__(
        self, engine: Engine, tables: OutboxTables, delivery: Delivery, clock: Clock
    ) -> None:
        self.delivery = delivery
        self._engine, self._tables, self._clock = engine, tables, clock
        self._status: Status | None = None
        self._unwritable_points = 0

    async def keep(self, points: Sequence[Point]) -> None:
        """Add points behind all others. One that no line can express is counted and left out.

        Raises:
            SQLAlchemyError: They could not be kept.
        """
        lines = list(self._encode(points))
        keeping = asyncio.create_task(asyncio.to_thread(self._enqueue, lines))
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            # The thread goes on: what it uses must not be closed before it has ended.
            await asyncio.gather(keeping, return_exceptions=True)
            raise

    def metrics(self, prefix: str) -> Iterator[Metric]:
        """Yield what is delivered and what waits, from memory."""
        if (status := self._status) is None:
            return
        counts, waiting = status.counts, status.waiting
        for name, text, value in (
            ("points_sent", "Points that InfluxDB has taken.", counts.sent_lines),
            ("points_dropped", "Oldest points that were dropped from a full outbox.",
             counts.dropped_lines),
            ("points_refused", "Points that InfluxDB refused on their own.", counts.refused_lines),
            ("points_unwritable", "Points that no line can express.", self._unwritable_points),
            ("failed_writes", "Attempts to write to InfluxDB that failed.", counts.failures),
        ):  # fmt: skip
            yield f"{prefix}_{name}_total", "counter", text, value
        for name, text, value in (
            ("points", "Points that wait in the outbox.", waiting.lines),
            ("bytes", "Size of the points that wait, in bytes.", waiting.size_bytes),
            ("age_seconds", "Age of the oldest point that waits, in seconds.",
             status.oldest_age_seconds),
            ("refused_points", "Refused points that are kept aside.", status.refused_kept),
        ):  # fmt: skip
            yield f"{prefix}_outbox_{name}", "gauge", text, value

    async def watch(self, stopping: asyncio.Event) -> None:
        """Refresh the status for `metrics`, which must not wait for a disk.

        Ends by the event, never by cancellation: a thread that reads cannot be cancelled.
        """
        while not stopping.is_set():
            try:
                self._status = await asyncio.to_thread(self.delivery.status)
            except SQLAlchemyError as error:
                LOG.warning("the outbox cannot be read: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), STATUS_SECONDS)

    def _encode(self, points: Sequence[Point]) -> Iterator[str]:
        for point in points:
            try:
                yield encode_point(point)
            except BadPointError as error:
                LOG.debug("a point is left out: %s", error)
                self._unwritable_points += 1

    def _enqueue(self, lines: Sequence[str]) -> None:
        with self._engine.begin() as connection:
            enqueue(connection, self._tables, lines, self._clock.now())


@asynccontextmanager
async def forwarding(
    settings: InfluxDBSettings, file: Path, clock: Clock
) -> AsyncGenerator[Outbox]:
    """Deliver for the length of a `with` block; what waits at its end is sent after a restart.

    Raises:
        CannotStartError: The outbox cannot be used.
    """
    engine, tables = open_outbox(file)
    target, stop, stopping = settings.influxdb_target, threading.Event(), asyncio.Event()
    with closing(InfluxWriter(target)) as writer:
        delivery = Delivery(
            engine,
            tables,
            writer.write,
            destination=f"InfluxDB at {target.url}",
            limits=Limits(max_bytes=settings.outbox_max_bytes),
            now=clock.now,
        )
        outbox = Outbox(engine, tables, delivery, clock)
        LOG.info("forwarding to InfluxDB at %s", target.url)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outbox.watch(stopping))
                tasks.create_task(asyncio.to_thread(delivery.run, stop))
                yield outbox
                stop.set()
                stopping.set()
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
