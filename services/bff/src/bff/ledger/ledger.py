"""The parts of one ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from bff.config_file import CurrentHome
from bff.db.engine import read_session
from bff.db.tables import DeviceMeta
from bff.ledger.device_rules import DeviceRules, rules_of
from bff.ledger.partial_slots import SplitCache
from bff.ledger.status import SharedStatus
from bff.time_grid import Clock, unix_milliseconds
from bff.victoriametrics.client import VictoriaMetrics

type Rules = Mapping[str, DeviceRules]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger. `home` and `now` are called anew each time."""

    home: CurrentHome
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Clock
    status: SharedStatus = field(default_factory=SharedStatus)
    splits: SplitCache = field(default_factory=SplitCache)

    def now_ms(self) -> int:
        """Return the present instant in Unix milliseconds."""
        return unix_milliseconds(self.now())

    def rules(self) -> Rules:
        """Return the rules of every device, with the rated powers entered by people."""
        overridden = select(DeviceMeta.device, DeviceMeta.rated_power_watts).where(
            DeviceMeta.rated_power_watts.is_not(None)
        )
        with read_session(self.engine) as session:
            rated = {device: watts for device, watts in session.execute(overridden) if watts}
        return rules_of(self.home(), rated)
