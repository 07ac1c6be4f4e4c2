"""What every request may use, made once per process and handed in, never global."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from bff.cost.bill import EnergyBetween
from bff.house import CurrentHome
from bff.ledger.follow import Follower
from bff.ledger.ledger import Ledger
from bff.settings import Settings
from bff.victoriametrics.client import VictoriaMetrics

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running BFF. `home` and `now` are called afresh for every request.

    Attributes:
        ledger: Energy per device in closed slots.
        follower: Keeps the ledger up to date, in its own thread.
        energy_between: The ledger's energy of devices between Unix milliseconds.
    """

    settings: Settings
    home: CurrentHome
    engine: Engine
    victoriametrics: VictoriaMetrics
    ledger: Ledger
    follower: Follower
    energy_between: EnergyBetween
    now: Clock = utc_now


def _services(request: Request) -> Services:
    return request.app.state.services


Used = Annotated[Services, Depends(_services)]
