"""The parts that requests use, made once per process and passed in, never global."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

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


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running BFF. `home()` and `now()` are called anew for every request.

    Attributes:
        config: The file that `home` is loaded from.
        version: Tells whether the database has changed.
        register: Where every device was, present and retired.
        ledger: Energy per device in closed slots.
        worker: Keeps the ledger up to date, in its own thread.
        energy_between: The ledger's energy of devices between Unix milliseconds.
        replicas: The BFFs that share the database; None where it has one process.
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

    def home(self) -> Home:
        """Return the configuration as it is now."""
        return self.config.current()

    def report_damage(self) -> None:
        """Have the ledger's worker rebuild what is damaged, in whichever BFF it is."""
        if self.replicas is None:
            self.ledger.status.report_damage()
        else:
            self.replicas.report_damage()


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    if services.replicas is not None:
        services.replicas.follow()
    return services


UsedServices = Annotated[Services, Depends(_services)]
