"""Samples of one energy counter as exact integers.

Instants are Unix milliseconds, energy is in micro-watt-hours (uWh): 1e9 kWh still fit 64 bits.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Int64s = NDArray[np.int64]
type Booleans = NDArray[np.bool_]

UWH_PER_KWH = 1_000_000_000
MAX_KWH = 1e9
# 2010-01-01: no device that these rules are for is older. A clock that was never set shows 1970.
MIN_AT_MS = 1_262_304_000_000
SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

# VictoriaMetrics keeps floats as decimals with one exponent per block, so an unchanged counter
# may come back a last digit lower. One unit of our rounding is not a fall.
ROUNDING_UWH = 1


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one source of one device, in the order of their instants.

    Attributes:
        at_ms: Unix milliseconds, never falling. Two values of one instant are two samples.
        uwh: The value of the counter, micro-watt-hours.
    """

    at_ms: Int64s
    uwh: Int64s

    def __len__(self) -> int:
        return len(self.at_ms)

    def part(self, which: slice | Booleans) -> Self:
        """Return some of the samples."""
        return type(self)(self.at_ms[which], self.uwh[which])


@dataclass(frozen=True, slots=True)
class Parsed:
    """Samples and how many were left out because no counter can have shown them then."""

    samples: Samples
    left_out: int


NO_SAMPLES = Samples(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def is_sound(at_ms: int, kwh: float, now_ms: int) -> bool:
    """Return whether a counter can have shown this value at this instant."""
    return 0 <= kwh <= MAX_KWH and MIN_AT_MS <= at_ms <= now_ms


def uwh_of_kwh(kwh: float) -> int:
    """Return the nearest whole number of micro-watt-hours."""
    return round(kwh * UWH_PER_KWH)


def parse_samples(at_ms: Int64s, kwh: NDArray[np.float64], now_ms: int) -> Parsed:
    """Return what is sound of samples in any order, sorted.

    Args:
        at_ms: Unix milliseconds.
        kwh: Values of the counter; anything that a database can hold.
        now_ms: What is later comes from a wrong clock.
    """
    with np.errstate(invalid="ignore"):
        sound = (kwh >= 0) & (kwh <= MAX_KWH) & (at_ms >= MIN_AT_MS) & (at_ms <= now_ms)
    left_out = len(kwh) - int(np.count_nonzero(sound))
    if left_out:
        at_ms, kwh = at_ms[sound], kwh[sound]
    return Parsed(in_order(at_ms, np.rint(kwh * UWH_PER_KWH).astype(np.int64)), left_out)


def in_order(at_ms: Int64s, uwh: Int64s) -> Samples:
    """Sort by time, then value; of equal samples one is kept."""
    if (np.diff(at_ms) <= 0).any():
        order = np.lexsort((uwh, at_ms))
        at_ms, uwh = at_ms[order], uwh[order]
        new = np.append(True, (np.diff(at_ms) > 0) | (np.diff(uwh) > ROUNDING_UWH))
        at_ms, uwh = at_ms[new], uwh[new]
    return Samples(at_ms, uwh)
