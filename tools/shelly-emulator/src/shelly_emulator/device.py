"""One emulated device: what it measures, counts and has lost, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from service_kit.clock import utc_now
from shelly_emulator.login import Login
from shelly_emulator.models import Model

SECONDS_PER_HOUR = 3600.0
PHASES = ("a", "b", "c")


class Fault(StrEnum):
    """What happens to answers on the wire."""

    NONE = "none"
    HANG = "hang"  # the connection is accepted, nothing ever comes
    DRIP = "drip"  # a byte at a time, for ever: each read of a client succeeds
    HALF = "half"  # the connection ends in the middle of the body
    GARBAGE = "garbage"  # 200 with bytes that mean nothing
    HUGE = "huge"  # more than any device answers
    UNAVAILABLE = "unavailable"  # 503 without a body
    FROZEN = "frozen"  # the same answer again and again


@dataclass(slots=True)
class Meter:
    """A load, and the energy that has passed in each direction.

    Attributes:
        watts: Negative where it is fed back.
        imported_wh: Drawn.
        returned_wh: Fed back.
        errors: The device's own words.
        counts: Whether the counter moves; one that hangs does not.
    """

    watts: float = 0.0
    imported_wh: float = 0.0
    returned_wh: float = 0.0
    errors: list[str] = field(default_factory=list)
    counts: bool = True

    def advance(self, hours: float) -> None:
        """Count so much time of the present load."""
        if self.counts:
            self.imported_wh += max(0.0, self.watts) * hours
            self.returned_wh += max(0.0, -self.watts) * hours


@dataclass(slots=True)
class Device:
    """The state of a device. Change its public attributes to change the world.

    Attributes:
        mac: Twelve upper-case hex digits.
        login: None where no password is set.
        meters: By component; the phases of `em:0` are `a`, `b` and `c`.
        has_clock: Whether its clock has been set since the start.
        missing: Fields that its firmware does not have.
        null: Fields that are null.
        reversed: Components whose sign is turned round in its configuration.
        zero_seconds: After a restart all meters show 0 for so long.
    """

    model: Model
    mac: str
    name: str = ""
    login: Login | None = None
    now: Callable[[], datetime] = utc_now
    fault: Fault = Fault.NONE
    has_clock: bool = True
    missing: set[str] = field(default_factory=set)
    null: set[str] = field(default_factory=set)
    reversed: set[str] = field(default_factory=set)
    zero_seconds: float = 0.0
    meters: dict[str, Meter] = field(default_factory=dict)
    started: datetime = field(init=False)
    _counted: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.started = self._counted = self.now()
        for name in meter_names(self.model):
            self.meters.setdefault(name, Meter())

    @property
    def device_id(self) -> str:
        """The id, which is the realm of its login too."""
        return f"{self.model.prefix}-{self.mac.lower()}"

    @property
    def uptime_seconds(self) -> float:
        """Since the last restart."""
        return (self.now() - self.started).total_seconds()

    @property
    def is_starting(self) -> bool:
        """Whether its meters show 0 in place of everything."""
        return self.uptime_seconds < self.zero_seconds

    def advance(self) -> None:
        """Count up to now."""
        hours = (self.now() - self._counted).total_seconds() / SECONDS_PER_HOUR
        for meter in self.meters.values():
            meter.advance(hours)
        self._counted = self.now()

    def set_watts(self, watts: float, meter: str = "switch:0") -> None:
        """Put another load on a meter; what was used until now stays counted."""
        self.advance()
        self.meters[meter].watts = watts

    def restart(self, lost_wh: float = 0.0) -> None:
        """Restart, with counters that are behind by what had not been stored yet."""
        self.advance()
        for meter in self.meters.values():
            meter.imported_wh = max(0.0, meter.imported_wh - lost_wh)
        # It takes the present second to answer.
        self.started = self.now()
        if self.login:
            self.login.restart()

    def reset_counters(self) -> None:
        """Do what `Switch.ResetCounters` does, which anybody may at any time."""
        self.advance()
        for meter in self.meters.values():
            meter.imported_wh = meter.returned_wh = 0.0

    def be_up_since(self, seconds: float) -> None:
        """Let the last restart be so long ago."""
        self.started = self.now() - timedelta(seconds=seconds)


def meter_names(model: Model) -> tuple[str, ...]:
    """Return the names of the meters of a model."""
    return PHASES if model.meters == ("em:0",) else model.meters
