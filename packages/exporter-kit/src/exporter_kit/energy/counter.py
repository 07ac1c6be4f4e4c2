"""The state of one energy counter: frozen, in exact integers, so that a restart changes nothing.

Energy is in nano-watt-hours (nWh), instants in Unix microseconds (us), power in microwatts (uw);
the rules of `energy_rules` have micro-watt-hours (uWh), milliseconds and milliwatts.
"""

from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Literal

from energy_rules.history import History
from energy_rules.limits import (
    MAX_HELD_MW,
    MW_PER_W,
    SPARE_TENTHS,
    Bounds,
    Learned,
    bounds_of,
)
from energy_rules.limits import Limits as SourceLimits
from energy_rules.stream import Stream

NWH_PER_KWH = 10**12
NWH_PER_UWH = 1_000
US_PER_MS = 1_000
UW_PER_MW = 1_000
UW_US_PER_NWH = 3_600_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# About three days of a counter that is read every minute; see `Past`.
MAX_RECENT = 4_096

type OwnCounter = Literal["lifetime", "today"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is possible of a single reading, and how long a silence may be integrated over.

    The rated power is no part of it: what a device draws beyond its rating is energy all the same.
    Power that is held lifts the limit; see `energy_rules.limits`.

    Attributes:
        max_power_watts: Of power that was read: more than this is counted once it is held.
        gap_limit_seconds: A longer time between two readings is a silence.
        max_rise_watts: Of the device's own counter; None for the same as of power. A rise held
            back here and booked later is a jump to every reader of the exposed counter. So what a
            house can draw is passed on, and the ledger, which sees all of it, judges whether
            the source can: what is doubtful becomes an event there that a person can answer.
    """

    max_power_watts: float
    gap_limit_seconds: float
    max_rise_watts: float | None = None

    @property
    def power_uw(self) -> int:
        """The most that a single reading may show."""
        return round(self.max_power_watts * 1_000_000)

    @property
    def gap_us(self) -> int:
        """The gap limit."""
        return round(self.gap_limit_seconds * 1_000_000)

    def bounds(self, learned: Learned) -> Bounds:
        """Return what the device's own counter is judged by."""
        max_power_mw = round((self.max_rise_watts or self.max_power_watts) * MW_PER_W)
        return bounds_of(SourceLimits(max_power_mw, self.gap_us // US_PER_MS), learned)

    def held_uw(self, learned: Learned) -> int:
        """Return the most that a single power may be, by the power that was held before."""
        return min(learned.held_mw, MAX_HELD_MW) * UW_PER_MW * SPARE_TENTHS // 10


@dataclass(frozen=True, slots=True)
class PowerMark:
    """The last power that was good enough to integrate from; below 0 it is fed back."""

    power_uw: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Surge:
    """Power above the limit: a single one is a misreading, held it is a strong device.

    Attributes:
        since_us: Its first reading.
        min_uw: The lowest power in it.
        last: Its last reading.
    """

    since_us: int
    min_uw: int
    last: PowerMark


@dataclass(slots=True)
class Past:
    """What a source is known to use and how it is read; any older state of it does no harm.

    Attributes:
        history: The hours of its last thirty days.
        at_ms: The instants of recent samples of its own counter.
        uwh: Their values.
        learned_ms: When these were last learned from.
    """

    history: History = field(default_factory=History)
    at_ms: array[int] = field(default_factory=lambda: array("q"))
    uwh: array[int] = field(default_factory=lambda: array("q"))
    learned_ms: int = 0

    def add(self, at_ms: int, uwh: int) -> None:
        """Add a sample; of many the older ones are dropped."""
        self.at_ms.append(at_ms)
        self.uwh.append(uwh)
        if len(self.at_ms) > MAX_RECENT:
            del self.at_ms[: MAX_RECENT // 4], self.uwh[: MAX_RECENT // 4]

    def forget_samples(self) -> None:
        """Forget the samples of a counter that is not followed any more."""
        del self.at_ms[:], self.uwh[:]


@dataclass(frozen=True, slots=True)
class Counter:
    """One source of one device.

    Attributes:
        total_nwh: What is exposed. Never falls.
        by_power_nwh: Energy by power alone, to check a device's own counter by.
        at_us: The last reading that was taken notice of.
        power: Where integration goes on from.
        surge: Power above the limit, while it lasts.
        witness: Where the check by power goes on from.
        net_nwh: As `by_power_nwh`, less what was fed back.
        net_ms: For how much of the time the power is known.
        own_kind: Which of the device's own counters is followed, if it has one.
        stream: That counter.
        learned: What its samples, and held power, show of the source.
        ahead_nwh: Energy counted by power while the device's own counter was away: it shows it,
            too, once it is back.
        doubtful_nwh: Rises of it that were not counted, because nothing shows that they were used.
        day_start_us: When a daily counter was last seen to begin again.
        gaps: Silences that were too long to integrate over.
        resets: Confirmed new beginnings of the device's own counter.
        jumps: Rises and falls of it that were no energy.
    """

    total_nwh: int = 0
    by_power_nwh: int = 0
    at_us: int | None = None
    power: PowerMark | None = None
    surge: Surge | None = None
    witness: PowerMark | None = None
    net_nwh: int = 0
    net_ms: int = 0
    own_kind: OwnCounter | None = None
    stream: Stream = field(default_factory=Stream)
    learned: Learned = field(default_factory=Learned)
    ahead_nwh: int = 0
    doubtful_nwh: int = 0
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

    @property
    def doubtful_kwh(self) -> float:
        """As `total_kwh`."""
        return self.doubtful_nwh / NWH_PER_KWH


def without_marks(counter: Counter) -> Counter:
    """The same total with nothing to measure the next reading against."""
    return Counter(
        total_nwh=counter.total_nwh,
        by_power_nwh=counter.by_power_nwh,
        doubtful_nwh=counter.doubtful_nwh,
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
