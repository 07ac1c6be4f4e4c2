"""One emulated plug: its model, identity, outlets, clock and present fault."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service_kit.clock import utc_now
from tapo_emulator.klap_cipher import Account
from tapo_emulator.meter import Meter, Watts, constant_watts
from tapo_emulator.models import Model, Protocol

type Clock = Callable[[], datetime]


class Fault(StrEnum):
    """What is wrong with a plug; a plug that lost its power has no server at all."""

    NONE = "none"
    FORBIDDEN = "forbidden"  # handshakes pass, every request is 403: P110M, HA #167898
    TPAP_ONLY = "tpap_only"  # handshake 1 is 403, /app answers 1003: firmware >= 1.4.0, HA #157644
    HANG = "hang"  # the connection is accepted, nothing ever comes
    GARBAGE = "garbage"  # 200 with bytes that mean nothing
    CUT = "cut"  # the connection ends in the middle of the body
    CLOCK_LOST = "clock_lost"  # get_energy_usage is -1003: P110M, python-kasa #1243
    EMETER_DATA_BROKEN = "emeter_data_broken"  # get_emeter_data alone is -1003: P410M, #1709
    METER_BROKEN = "meter_broken"  # every energy method is -1003; with `outlet`, of that one


@dataclass(slots=True)
class Plug:
    """The state of a plug. Change its public attributes to change the world.

    Attributes:
        mac: Twelve hex digits in pairs joined by `-`, as Tapo firmware writes it.
        single_session: Firmware since 1.4.0: a new session ends the one before (evcc PR 25469).
        unlisted_outlet: One that a strip's answers lack, such as after its child has restarted.
        faulty_outlet: The one outlet a METER_BROKEN fault is about; all when None.
    """

    model: Model
    mac: str
    account: Account
    nickname: str = "plug"
    protocol: Protocol | None = None
    region: str = "Asia/Tokyo"
    clock: Clock = utc_now
    single_session: bool = True
    session_seconds: int = 86_400
    fault: Fault = Fault.NONE
    faulty_outlet: int | None = None
    unlisted_outlet: int | None = None
    outlets: tuple[Meter, ...] = field(default=())

    def __post_init__(self) -> None:
        self.protocol = self.protocol or self.model.protocol
        if not self.outlets:
            start = self.clock()
            zone = ZoneInfo(self.region)
            self.outlets = tuple(
                Meter(constant_watts(0.0), start, zone) for _ in range(self.model.outlets)
            )

    @property
    def device_id(self) -> str:
        """Forty hex digits; a strip's outlets add two of their own."""
        return "8022" + self.mac.replace("-", "").rjust(36, "0")

    def child_id(self, outlet: int) -> str:
        """The id by which `control_child` names an outlet, counted from 0."""
        return f"{self.device_id}{outlet:02d}"

    def listed_outlets(self) -> list[int]:
        """The outlets that a strip's answers have."""
        return [o for o in range(self.model.outlets) if o != self.unlisted_outlet]

    def find_outlet(self, child_id: str) -> int | None:
        """The outlet that an id names, if any."""
        ids = {self.child_id(outlet): outlet for outlet in range(len(self.outlets))}
        return ids.get(child_id)

    def local_time(self) -> datetime:
        """What the plug believes, in its zone: the year 2000 once its clock is lost."""
        now = self.clock().astimezone(ZoneInfo(self.region))
        return now.replace(year=2000, month=1, day=1) if self.fault is Fault.CLOCK_LOST else now

    def set_watts(self, watts: Watts | float, outlet: int = 0) -> None:
        """Put another load on an outlet."""
        load = constant_watts(watts) if isinstance(watts, int | float) else watts
        self.outlets[outlet].set_watts(load, self.clock())

    def meter(self, outlet: int = 0) -> Meter:
        """The outlet's meter, counted up to now."""
        self.outlets[outlet].advance(self.clock())
        return self.outlets[outlet]

    def meter_is_broken(self, outlet: int) -> bool:
        """Whether the outlet's energy methods fail."""
        return self.fault is Fault.METER_BROKEN and self.faulty_outlet in {None, outlet}
