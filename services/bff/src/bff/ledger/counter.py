"""The samples of one counter: instants and micro-watt-hours, in order, each instant once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Int64s = NDArray[np.int64]

UWH_PER_KWH = 1_000_000_000
LARGEST_KWH = 1e9

# VictoriaMetrics keeps floats as decimals with one exponent per block, so an unchanged counter
# may come back a last digit lower. One unit of our rounding is not a fall.
ROUNDING_UWH = 1


@dataclass(frozen=True, slots=True)
class Counter:
    """Samples of one source of one device.

    Attributes:
        at_ms: Unix milliseconds, strictly rising.
        uwh: What the counter showed, in micro-watt-hours.
    """

    at_ms: Int64s
    uwh: Int64s

    def __len__(self) -> int:
        return len(self.at_ms)

    def part(self, which: slice | NDArray[np.bool_]) -> Self:
        """Some of the samples."""
        return type(self)(self.at_ms[which], self.uwh[which])


def parse_counter(at_ms: Int64s, kwh: NDArray[np.float64]) -> Counter:
    """Samples in any order, with nonsense and repeated instants among them, as a Counter.

    Stale markers, infinities and negative counters say nothing and are left out. Of several
    samples of one instant the largest counts, as in VictoriaMetrics' own deduplication.
    """
    with np.errstate(invalid="ignore"):
        sound = (kwh >= 0) & (kwh <= LARGEST_KWH)
    if not sound.all():
        at_ms, kwh = at_ms[sound], kwh[sound]
    return in_order(at_ms, np.rint(kwh * UWH_PER_KWH).astype(np.int64))


def in_order(at_ms: Int64s, uwh: Int64s) -> Counter:
    """Sorted by time, each instant once with its largest value."""
    steps = np.diff(at_ms)
    if (steps <= 0).any():
        order = np.lexsort((uwh, at_ms))
        at_ms, uwh = at_ms[order], uwh[order]
        last_of_instant = np.append(np.diff(at_ms) > 0, True)
        at_ms, uwh = at_ms[last_of_instant], uwh[last_of_instant]
    return Counter(at_ms, uwh)


def falls(uwh: Int64s) -> NDArray[np.bool_]:
    """For each sample but the first: is it below the one before?"""
    return np.diff(uwh) < -ROUNDING_UWH


def without_glitches(counter: Counter) -> Counter:
    """Leave out each low sample whose successor is back, and a low last one that still waits.

    Whether a sample is a glitch depends on its two neighbours alone: after a fall that turns
    out a glitch the counter is back at or above the sample before it, so two falls in a row
    are never both glitches. That is why history can be worked on in parts of any size.
    """
    fallen = np.flatnonzero(falls(counter.uwh)) + 1
    if not len(fallen):
        return counter
    before, after = fallen - 1, np.minimum(fallen + 1, len(counter) - 1)
    waits = fallen == len(counter) - 1
    back = counter.uwh[after] >= counter.uwh[before] - ROUNDING_UWH
    good = np.ones(len(counter), dtype=bool)
    good[fallen[waits | back]] = False
    return counter.part(good)
