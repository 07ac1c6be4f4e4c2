"""The samples of one counter: instants and micro-watt-hours, in order, each instant once. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import Integers
from bff.units import UWH_PER_KWH

MAX_KWH = 1e9
# VictoriaMetrics keeps floats as decimals with one exponent per block, so an unchanged counter
# may come back a last digit lower. One unit of our rounding is not a fall.
ROUNDING_UWH = 1


@dataclass(frozen=True, slots=True)
class CounterSamples:
    """Samples of one source of one device.

    Attributes:
        at_ms: Unix milliseconds, strictly rising.
        uwh: The counter's values, micro-watt-hours.
    """

    at_ms: Integers
    uwh: Integers

    def __len__(self) -> int:
        return len(self.at_ms)

    def select(self, which: slice | NDArray[np.bool_]) -> Self:
        """Return some of the samples."""
        return type(self)(self.at_ms[which], self.uwh[which])


NO_SAMPLES = CounterSamples(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def parse_samples(at_ms: Integers, kwh: NDArray[np.float64]) -> CounterSamples:
    """Parse samples in any order, with invalid values and repeated instants among them.

    Stale markers, infinities and negative values are left out. Of several samples of one instant
    the largest counts, as in VictoriaMetrics' own deduplication.
    """
    with np.errstate(invalid="ignore"):
        valid = (kwh >= 0) & (kwh <= MAX_KWH)
    if not valid.all():
        at_ms, kwh = at_ms[valid], kwh[valid]
    return in_order(at_ms, np.rint(kwh * UWH_PER_KWH).astype(np.int64))


def in_order(at_ms: Integers, uwh: Integers) -> CounterSamples:
    """Sort by time and keep each instant once, with its largest value."""
    steps = np.diff(at_ms)
    if (steps <= 0).any():
        order = np.lexsort((uwh, at_ms))
        at_ms, uwh = at_ms[order], uwh[order]
        last_of_instant = np.append(np.diff(at_ms) > 0, True)
        at_ms, uwh = at_ms[last_of_instant], uwh[last_of_instant]
    return CounterSamples(at_ms, uwh)


def falls(uwh: Integers) -> NDArray[np.bool_]:
    """Return for each sample but the first whether it is below the one before."""
    return np.diff(uwh) < -ROUNDING_UWH


def without_glitches(samples: CounterSamples) -> CounterSamples:
    """Leave out each low sample whose successor is back, and a low last one without successor.

    Whether a sample is a glitch depends on its two neighbours alone: after a fall that turns
    out a glitch the counter is back at or above the sample before it, so two falls in a row
    are never both glitches. That is why history can be processed in parts of any size.
    """
    fallen = np.flatnonzero(falls(samples.uwh)) + 1
    if not len(fallen):
        return samples
    before, after = fallen - 1, np.minimum(fallen + 1, len(samples) - 1)
    undecided = fallen == len(samples) - 1
    back = samples.uwh[after] >= samples.uwh[before] - ROUNDING_UWH
    good = np.ones(len(samples), dtype=bool)
    good[fallen[undecided | back]] = False
    return samples.select(good)
