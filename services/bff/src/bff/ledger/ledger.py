"""The parts of one ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from bff.db.engine import read_session
from bff.ledger.device_rules import DeviceRules, rules_of
from bff.ledger.given import select_given
from bff.ledger.partial_slots import SplitCache
from bff.ledger.status import SharedStatus
from bff.time_grid import DAY_MS, Now, day_start, unix_milliseconds
from bff.victoriametrics.client import VictoriaMetrics
from home_model.config import Home

type Rules = Mapping[str, DeviceRules]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger. `home` and `now` are called anew each time.

    Attributes:
        samples_kept_days: VictoriaMetrics' retention: older samples are expected to be gone.
    """

    home: Callable[[], Home]
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Now
    status: SharedStatus = field(default_factory=SharedStatus)
    splits: SplitCache = field(default_factory=SplitCache)
    samples_kept_days: int = 730

    def now_ms(self) -> int:
        """Return the present instant in Unix milliseconds."""
        return unix_milliseconds(self.now())

    def samples_kept_from_ms(self) -> int:
        """Return the first day that VictoriaMetrics should still have all samples of."""
        return day_start(self.now_ms() - self.samples_kept_days * DAY_MS) + DAY_MS

    def rules(self) -> Rules:
        """Return the rules of every device."""
        with read_session(self.engine) as session:
            given = select_given(session)
        return rules_of(self.home(), given)
