"""Samples of one energy counter as exact integers, in arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from energy_rules.quantities import MAX_KWH, MIN_AT_MS, ROUNDING_UWH, UWH_PER_KWH

type Int64s = NDArray[np.int64]
type Booleans = NDArray[np.bool_]


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
