"""Energy of a source that has no counter and measures power: the trapezoid between two samples.

Never across a silence: longer than the gap limit nothing was measured, and that time is missing.
What a meter shows below zero is fed back, or noise, and no use of energy. Each interval is rounded
for itself, so the energy of a time does not depend on where its samples begin.
"""

import numpy as np
from numpy.typing import NDArray

from energy_rules.learning import learn
from energy_rules.limits import (
    MAX_HELD_MW,
    MW_MS_PER_UWH,
    MW_PER_W,
    Limits,
    bounds_of,
    energy_uwh,
)
from energy_rules.quantities import MIN_AT_MS, Int64s
from energy_rules.sources import Samples, Spans
from energy_rules.state import Quality


def trapezoid_uwh(before_mw: float, after_mw: float, lasted_ms: float) -> int:
    """Return the energy between two powers, milliwatts; of what is fed back it is 0."""
    return round((max(0.0, before_mw) + max(0.0, after_mw)) / 2 * lasted_ms / MW_MS_PER_UWH)


def parse_power(at_ms: Int64s, watts: NDArray[np.float64], now_ms: int) -> Samples:
    """Return the energy by power up to each sound sample, since the first of them.

    Args:
        at_ms: Unix milliseconds, in any order. Of two values of one instant the higher counts.
        watts: The power at each; anything that a database can hold.
        now_ms: What is later comes from a wrong clock.
    """
    with np.errstate(invalid="ignore"):
        is_possible = np.abs(watts) * MW_PER_W <= MAX_HELD_MW
    sound = is_possible & (at_ms >= MIN_AT_MS) & (at_ms <= now_ms)
    at_ms, mw = at_ms[sound], np.maximum(watts[sound], 0) * MW_PER_W
    order = np.lexsort((mw, at_ms))
    at_ms, mw = at_ms[order], mw[order]
    is_last = np.diff(at_ms, append=now_ms + 1) > 0
    at_ms, mw = at_ms[is_last], mw[is_last]
    steps = np.rint((mw[1:] + mw[:-1]) / 2 * np.diff(at_ms) / MW_MS_PER_UWH).astype(np.int64)
    return Samples(
        at_ms, np.concatenate([np.zeros(min(1, len(at_ms)), np.int64), np.cumsum(steps)])
    )


def judge_power(samples: Samples, limits: Limits) -> Spans:
    """Return the energy of a source without a counter, from `parse_power`.

    What is more than the source can draw was misread; power that is held lifts that limit.
    """
    lasted_ms, steps_uwh = np.diff(samples.at_ms), np.diff(samples.uwh)
    measured = lasted_ms <= limits.gap_limit_ms
    counted = np.concatenate([samples.uwh[:1], np.cumsum(np.where(measured, steps_uwh, 0))])
    ceiling_mw = bounds_of(limits, learn(Samples(samples.at_ms, counted))).ceiling_mw
    measured &= steps_uwh <= energy_uwh(ceiling_mw, lasted_ms) + 1
    count = int(np.count_nonzero(measured))
    return Spans(
        samples.at_ms[:-1][measured],
        samples.at_ms[1:][measured],
        steps_uwh[measured],
        np.full(count, Quality.MEASURED, dtype=np.int8),
        np.ones(count, dtype=bool),
    )
