"""The parts of one ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from bff.db.engine import read_session
from bff.ledger.device_rules import DeviceRules, rules_of
from bff.ledger.given import select_given
from bff.ledger.partial_slots import SplitCache
from bff.ledger.status import SharedStatus
from bff.time_grid import Now, unix_milliseconds
from bff.victoriametrics.client import VictoriaMetrics
from home_model.config import Home

type Rules = Mapping[str, DeviceRules]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger. `home` and `now` are called anew each time."""

    home: Callable[[], Home]
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Now
    status: SharedStatus = field(default_factory=SharedStatus)
    splits: SplitCache = field(default_factory=SplitCache)

    def now_ms(self) -> int:
        """Return the present instant in Unix milliseconds."""
        return unix_milliseconds(self.now())

    def rules(self) -> Rules:
        """Return the rules of every device."""
        with read_session(self.engine) as session:
            given = select_given(session)
        return rules_of(self.home(), given)
