"""What one ledger works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from bff.database import reading, unix_milliseconds
from bff.device_meta.store import all_meta
from bff.house import CurrentHome
from bff.ledger.cuts import CutMemory
from bff.ledger.rules import DeviceRules, rules_of
from bff.ledger.standing import StandingBoard
from bff.victoriametrics.client import VictoriaMetrics


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger. `home` and `now` are called afresh."""

    home: CurrentHome
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Callable[[], datetime]
    board: StandingBoard = field(default_factory=StandingBoard)
    cuts: CutMemory = field(default_factory=CutMemory)

    def now_ms(self) -> int:
        """The present instant in Unix milliseconds."""
        return unix_milliseconds(self.now())

    def rules(self) -> Mapping[str, DeviceRules]:
        """The rules of every device, with the rated powers that people gave."""
        with reading(self.engine) as session:
            said = {device: meta.rated_power_watts for device, meta in all_meta(session).items()}
        rated = {device: watts for device, watts in said.items() if watts is not None}
        return rules_of(self.home(), rated)
