"""Deliver an outbox to a time series database, in order, for as long as the process runs."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service_kit.clock import utc_now
from timeseries_io.errors import BadPointsError, DatabaseUnreachableError, TimeSeriesError
from timeseries_io.outbox import (
    OutboxTables,
    Waiting,
    count_refused,
    count_waiting,
    delete_through,
    drop_oldest,
    save_refused,
    select_oldest,
    unix_milliseconds,
)

LOG = logging.getLogger(__name__)

type Write = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one outbox.

    Attributes:
        max_bytes: Of waiting entries; beyond it the oldest are dropped and counted.
        max_lines_per_write: Of one request.
        max_refused: Refused lines that are kept.
        idle_seconds: Between two looks into an empty outbox.
        min_retry_seconds: After the first failure; doubled with each further one.
        max_retry_seconds: The longest time between two attempts.
    """

    max_bytes: int = 256 * 2**20
    max_lines_per_write: int = 2_000
    max_refused: int = 10_000
    idle_seconds: float = 1.0
    min_retry_seconds: float = 1.0
    max_retry_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals since the process started; the counters of /metrics."""

    sent_lines: int = 0
    dropped_lines: int = 0
    refused_lines: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """What an outbox looks like now.

    Attributes:
        refused_kept: Refused lines that are kept, also of earlier runs.
        oldest_age_seconds: Of the oldest entry that waits; 0 when none does.
        error: Why the last attempt failed; empty after a success.
    """

    counts: Counts
    waiting: Waiting
    refused_kept: int
    oldest_age_seconds: float
    error: str


class Delivery:
    """The one sender of an outbox. `deliver` makes an attempt; `run` goes on until `stop` is set.

    Args:
        engine: Of the database that has the tables.
        tables: From `define_outbox`.
        write: Writes lines, such as `InfluxWriter.write` or `VictoriaMetrics.write`.
        destination: For the log, such as "InfluxDB at http://nas:8086".
        limits: Bounds.
        now: The clock.
    """

    def __init__(  # noqa: PLR0913 - by name, and each is another thing
        self,
        engine: Engine,
        tables: OutboxTables,
        write: Write,
        *,
        destination: str,
        limits: Limits | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine, self._tables, self._write = engine, tables, write
        self._destination, self._limits, self._now = destination, limits or Limits(), now
        self._counts = Counts()
        self._error = ""
        self._failures_in_a_row = 0

    def deliver(self) -> int:
        """Send the oldest entries; return how many lines were handled, 0 when none waits.

        Raises:
            TimeSeriesError: They could not be sent and still wait.
            SQLAlchemyError: The outbox itself could not be read or changed.
        """
        self._trim()
        with self._engine.connect() as connection:
            rows = select_oldest(connection, self._tables, self._limits.max_lines_per_write)
        lines = [line for row in rows for line in row.body.split("\n")]
        if not lines:
            return 0
        refused = self._send(lines)
        with self._engine.begin() as connection:
            delete_through(connection, self._tables, [row.id for row in rows])
            save_refused(connection, self._tables, refused, self._now(), self._limits.max_refused)
        self._count(sent_lines=len(lines) - len(refused), refused_lines=len(refused))
        for line, reason in refused[:1]:
            LOG.warning(
                "%s refused %d points; they are kept aside; the first: %s (%s)",
                self._destination, len(refused), line, reason,
            )  # fmt: skip
        return len(lines)

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set. Logs an outage when it begins and when it ends."""
        while not stop.is_set():
            wait_seconds = self.attempt()
            if wait_seconds:
                stop.wait(wait_seconds)

    def attempt(self) -> float:
        """Deliver once without raising; return how many seconds to wait before the next time."""
        try:
            handled = self.deliver()
        except (TimeSeriesError, SQLAlchemyError) as error:
            return self._failed(error)
        if handled:
            self._succeeded()
        return 0.0 if handled else self._limits.idle_seconds

    def status(self) -> Status:
        """Return the counters and what waits.

        Raises:
            SQLAlchemyError: The outbox could not be read.
        """
        with self._engine.connect() as connection:
            waiting = count_waiting(connection, self._tables)
            refused_kept = count_refused(connection, self._tables)
        age_ms = 0
        if waiting.oldest_at_ms is not None:
            age_ms = max(0, unix_milliseconds(self._now()) - waiting.oldest_at_ms)
        return Status(self._counts, waiting, refused_kept, age_ms / 1000, self._error)

    def _trim(self) -> None:
        with self._engine.connect() as connection:
            size_bytes = count_waiting(connection, self._tables).size_bytes
        if size_bytes <= self._limits.max_bytes:
            return
        with self._engine.begin() as connection:
            dropped = drop_oldest(connection, self._tables, self._limits.max_bytes)
        if not self._counts.dropped_lines:
            LOG.warning("the outbox is full; the oldest points are dropped and counted")
        self._count(dropped_lines=dropped)

    def _send(self, lines: Sequence[str]) -> list[tuple[str, str]]:
        """Write lines; return those that are refused on their own, with the reason."""
        try:
            self._write(lines)
        except BadPointsError as error:
            if len(lines) == 1:
                return [(lines[0], str(error))]
            middle = len(lines) // 2
            return [*self._send(lines[:middle]), *self._send(lines[middle:])]
        return []

    def _failed(self, error: Exception) -> float:
        self._count(failures=1)
        self._failures_in_a_row += 1
        # One line for one kind of failure, however long it lasts.
        if type(error).__name__ not in self._error:
            LOG.warning("%s: %s; points are kept and sent later", self._destination, error)
        self._error = f"{type(error).__name__}: {error}"
        asked = error.retry_after_seconds if isinstance(error, DatabaseUnreachableError) else None
        doubled = self._limits.min_retry_seconds * 2 ** min(self._failures_in_a_row - 1, 30)
        return max(asked or 0.0, min(doubled, self._limits.max_retry_seconds))

    def _succeeded(self) -> None:
        if self._failures_in_a_row:
            LOG.info("%s takes points again", self._destination)
        self._failures_in_a_row, self._error = 0, ""

    def _count(self, **more: int) -> None:
        self._counts = replace(
            self._counts, **{name: getattr(self._counts, name) + n for name, n in more.items()}
        )
