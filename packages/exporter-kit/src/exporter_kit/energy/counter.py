"""The state of one energy counter: frozen, in exact integers, so that a restart changes nothing.

Energy is in nano-watt-hours (nWh), instants in Unix microseconds (us), power in microwatts (uw).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Literal

NWH_PER_KWH = 10**12
UW_US_PER_NWH = 3_600_000
SPARE_POWER_FACTOR = 1.2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type OwnCounter = Literal["lifetime", "today"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is possible: how much power, and how long a silence may be integrated over.

    The rated power is no part of it: what a device draws beyond its rating is energy all the same.
    """

    max_power_watts: float
    gap_limit_seconds: float

    @property
    def power_uw(self) -> int:
        """The most that the meter can carry, with 20 % to spare."""
        return round(self.max_power_watts * SPARE_POWER_FACTOR * 1_000_000)

    @property
    def gap_us(self) -> int:
        """The gap limit."""
        return round(self.gap_limit_seconds * 1_000_000)

    def energy_nwh(self, duration_us: int) -> int:
        """The most that the device can use in this time."""
        return self.power_uw * duration_us // UW_US_PER_NWH


@dataclass(frozen=True, slots=True)
class PowerMark:
    """The last power that was good enough to integrate from."""

    power_uw: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of the device's own counter that later ones are measured against.

    Attributes:
        value_nwh: What it showed.
        at_us: When.
        counted_nwh: Energy counted since by other means, not to be counted again.
        spare_nwh: Plausible energy not used up before: a coarse counter moves in steps.
        by_power_nwh: Energy by power since the reading before it.
    """

    value_nwh: int
    at_us: int
    counted_nwh: int = 0
    spare_nwh: int = 0
    by_power_nwh: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """One source of one device.

    Attributes:
        total_nwh: What is exposed. Never falls.
        by_power_nwh: Energy by power alone, to check a device's own counter by.
        at_us: The last reading that was taken notice of.
        power: Where integration goes on from.
        witness: Where the check by power goes on from.
        own_kind: Which of the device's own counters is followed, if it has one.
        base: The last good value of that counter.
        held: A fall that waits for the next reading.
        former: The base that was left for another; the counter may yet come back to it.
        day_start_us: When a daily counter was last seen to begin again.
        gaps: Silences that were too long to integrate over.
        resets: Confirmed new beginnings of the device's own counter.
        jumps: Rises of it that were no energy.
    """

    total_nwh: int = 0
    by_power_nwh: int = 0
    at_us: int | None = None
    power: PowerMark | None = None
    witness: PowerMark | None = None
    own_kind: OwnCounter | None = None
    base: Mark | None = None
    held: Mark | None = None
    former: Mark | None = None
    day_start_us: int | None = None
    gaps: int = 0
    resets: int = 0
    jumps: int = 0

    @property
    def total_kwh(self) -> float:
        """The nearest float: it never falls either."""
        return self.total_nwh / NWH_PER_KWH

    @property
    def by_power_kwh(self) -> float:
        """As `total_kwh`."""
        return self.by_power_nwh / NWH_PER_KWH


def without_marks(counter: Counter) -> Counter:
    """The same total with nothing to measure the next reading against."""
    return Counter(
        total_nwh=counter.total_nwh,
        by_power_nwh=counter.by_power_nwh,
        gaps=counter.gaps,
        resets=counter.resets,
        jumps=counter.jumps,
    )


def nwh_of_kwh(energy_kwh: float) -> int:
    """Rounded up, so that the float made of it again is never below the float it came from."""
    return ceil(Fraction(energy_kwh) * NWH_PER_KWH)


def unix_us(at: datetime) -> int:
    """Exact, unlike `datetime.timestamp`."""
    return (at - EPOCH) // timedelta(microseconds=1)
