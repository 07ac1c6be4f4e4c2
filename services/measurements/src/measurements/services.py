"""The parts that requests use, made once per process and passed in, never global."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine

from measurements.limits import RequestRates
from measurements.metrics import Counters
from measurements.series import Placed, placed_boards
from measurements.settings import Settings
from measurements.tables import for_writing
from service_kit.clock import utc_now
from service_kit.config_file import ConfigFile
from service_kit.problems import ProblemError
from timeseries_io.delivery import Delivery

# A board waits ten seconds for its answer.
WAIT_SECONDS = 5.0
POSTGRESQL_WRITERS = 4


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running service.

    Attributes:
        config: Which boards are placed where.
        delivery: Passes series on to VictoriaMetrics; None where there is none.
        writers: How many transactions may write at once.
    """

    settings: Settings
    config: ConfigFile
    engine: Engine
    counters: Counters
    rates: RequestRates
    writers: BoundedSemaphore
    delivery: Delivery | None = None
    now: Callable[[], datetime] = field(default=utc_now)

    def placed(self, device_id: str) -> Placed | None:
        """Return where the configuration places a board, if its series go anywhere."""
        if self.delivery is None:
            return None
        return placed_boards(self.config.current()).get(device_id)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Open a transaction that is durable once the block has ended.

        Raises:
            ProblemError: Others write for so long that a board would not wait.
        """
        if not self.writers.acquire(timeout=WAIT_SECONDS):
            raise ProblemError(
                503,
                "busy",
                "Other measurements are being stored.",
                what_to_do="Send it again.",
                retry_after_seconds=5,
            )
        try:
            with for_writing(self.engine).begin() as connection:
                yield connection
        finally:
            self.writers.release()


def open_writers(engine: Engine) -> BoundedSemaphore:
    """Return the limit of transactions at once: SQLite has one writer."""
    return BoundedSemaphore(1 if engine.dialect.name == "sqlite" else POSTGRESQL_WRITERS)


def open_rates(settings: Settings) -> RequestRates:
    """Return the limit of requests of each token."""
    return RequestRates(settings.max_requests_per_minute, time.monotonic)


def _services(request: Request) -> Services:
    return request.app.state.services


UsedServices = Annotated[Services, Depends(_services)]
