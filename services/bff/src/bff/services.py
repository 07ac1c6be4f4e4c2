"""The parts that requests use, made once per process and passed in, never global."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from threading import BoundedSemaphore
from typing import Annotated, Concatenate, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bff.db.engine import DatabaseVersion
from bff.energy import EnergyBetween
from bff.ledger.ledger import Ledger
from bff.ledger.worker import LedgerWorker
from bff.register.keeper import RegisterKeeper
from bff.replicas.replicas import Replicas
from bff.settings import Settings
from bff.time_grid import Now
from bff.victoriametrics.client import VictoriaMetrics
from home_model.config import Home
from service_kit.clock import utc_now
from service_kit.config_file import ConfigFile

MAX_CONCURRENT = 2
ACQUIRE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running BFF. `home()` and `now()` are called anew for every request.

    Attributes:
        config: The file that `home` is loaded from.
        version: Changes with each commit to the database.
        register: Where every device was, present and retired.
        ledger: Energy per device in closed slots.
        worker: Keeps the ledger up to date, in its own thread.
        energy_between: The ledger's energy of devices between Unix milliseconds.
        replicas: The BFFs that share the database; None where it has one process.
        concurrency: How many requests may compute at once; see `limit_concurrency`.
    """

    settings: Settings
    config: ConfigFile
    engine: Engine
    version: DatabaseVersion
    victoriametrics: VictoriaMetrics
    register: RegisterKeeper
    ledger: Ledger
    worker: LedgerWorker
    energy_between: EnergyBetween
    replicas: Replicas | None
    now: Now = utc_now
    concurrency: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_CONCURRENT))

    def home(self) -> Home:
        """Return the configuration as it is now."""
        return self.config.current()

    def cached[**P, T](
        self, select: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what a query of the database returns; cached until anything is committed."""
        key = (select, args, tuple(sorted(kwargs.items())))
        return self.ledger.cache.select(
            self.engine, key, lambda session: select(session, *args, **kwargs)
        )

    def report_damage(self) -> None:
        """Have the ledger's worker rebuild what is damaged, in whichever BFF it is."""
        if self.replicas is None:
            self.ledger.status.report_damage()
        else:
            self.replicas.report_damage()


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    if services.replicas is not None:
        await run_in_threadpool(services.replicas.follow)
    return services


UsedServices = Annotated[Services, Depends(_services)]


def limit_concurrency[**P, R](endpoint: Callable[P, R]) -> Callable[P, R]:
    """Limit how many requests to such endpoints compute at once; they take `services` by name.

    Threads that compute only compete for the interpreter: forty large questions, eight at once,
    take twice the CPU and 15 MiB more than two at once. A request that waits for VictoriaMetrics
    holds the semaphore, so the others wait for it for at most a second.
    """

    @wraps(endpoint)
    def begin(*args: P.args, **kwargs: P.kwargs) -> R:
        semaphore = cast("Services", kwargs["services"]).concurrency
        is_acquired = semaphore.acquire(timeout=ACQUIRE_SECONDS)
        try:
            return endpoint(*args, **kwargs)
        finally:
            if is_acquired:
                semaphore.release()

    return begin
