"""Learn of a source what its configuration leaves open: step, renewal and held power.

The samples of about three days are enough, and of these at most some thousand a day.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from energy_rules.limits import (
    HELD_INTERVALS,
    HELD_MS,
    MAX_HELD_MW,
    MAX_RENEWAL_MS,
    MAX_UNSEEN_STEP_UWH,
    MIN_MULTIPLES_PERCENT,
    MIN_RISES,
    MIN_RISES_ALONE,
    MW_MS_PER_UWH,
    STEPS_UWH,
    Learned,
)
from energy_rules.quantities import HOUR_MS, ROUNDING_UWH, Booleans, Int64s
from energy_rules.sources import Samples

WINDOW_MS = 72 * HOUR_MS


def learn(samples: Samples) -> Learned:
    """Return what the samples show."""
    if len(samples) < MIN_RISES:
        return Learned(_step_uwh(samples.uwh))
    step_uwh = _step_uwh(samples.uwh)
    gaps_ms = np.diff(samples.at_ms)
    scrape_ms = int(np.partition(gaps_ms, len(gaps_ms) // 2)[len(gaps_ms) // 2])
    rises = _Rises.of(samples, step_uwh)
    renewal_ms = _renewal_ms(rises.since_ms, scrape_ms)
    held_ms = max(HELD_MS, renewal_ms * 6 // 5, scrape_ms * 6 // 5)
    held_mw = _held_mw(samples, held_ms)
    if renewal_ms > HELD_MS:
        held_mw = max(held_mw, rises.second_power_mw(renewal_ms))
    return Learned(step_uwh, renewal_ms, min(held_mw, MAX_HELD_MW))


def _step_uwh(uwh: Int64s) -> int:
    """The largest step that nearly all values, or nearly all of many rises, are multiples of."""
    changes = np.diff(uwh, prepend=uwh[:1] - 1)
    # Standing still shows nothing. Not np.unique: sorting would be most of the learning.
    values, rises = _Numbers.of(uwh, changes != 0), _Numbers.of(changes, changes > ROUNDING_UWH)

    def fits(step_uwh: int) -> bool:
        if rises.count < MIN_RISES and step_uwh > MAX_UNSEEN_STEP_UWH:
            return False
        is_of_rises = rises.count >= MIN_RISES_ALONE and rises.are_multiples(step_uwh)
        return is_of_rises or values.are_multiples(step_uwh)

    # Each step is a multiple of the finest: what does not fit that one fits none.
    if not fits(STEPS_UWH[-1]):
        return 1
    return next(step_uwh for step_uwh in STEPS_UWH if fits(step_uwh))


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Some of the numbers of an array: which of them, and how many."""

    all: Int64s
    which: Booleans
    count: int

    @classmethod
    def of(cls, numbers: Int64s, which: Booleans) -> Self:
        """Take those that are marked."""
        return cls(numbers, which, int(np.count_nonzero(which)))

    def are_multiples(self, step_uwh: int) -> bool:
        """Whether nearly all of them are multiples of a step."""
        max_others = self.count * (100 - MIN_MULTIPLES_PERCENT) // 100
        # Most steps are refused by the first few values.
        few = max_others + max_others // 4 + 1
        return all(self._others(part, step_uwh) <= max_others for part in (slice(few), slice(None)))

    def _others(self, part: slice, step_uwh: int) -> int:
        """How many of them, in a part of the array, are no multiple."""
        shifted = self.all[part] + ROUNDING_UWH
        # A remainder by NumPy's `%` takes several times as long.
        rest = shifted - shifted // step_uwh * step_uwh
        return int(np.count_nonzero((rest > 2 * ROUNDING_UWH) & self.which[part]))


@dataclass(frozen=True, slots=True)
class _Rises:
    """The rises of more than one step, each with the time since the change before it."""

    uwh: Int64s
    since_ms: Int64s

    @classmethod
    def of(cls, samples: Samples, step_uwh: int) -> Self:
        """Find them."""
        change_uwh = np.diff(samples.uwh)
        changed = np.flatnonzero(np.abs(change_uwh) > ROUNDING_UWH) + 1
        since_ms = np.diff(samples.at_ms[np.concatenate([[0], changed])])
        rise_uwh = change_uwh[changed - 1]
        more = rise_uwh > step_uwh
        return cls(rise_uwh[more], since_ms[more])

    def second_power_mw(self, renewal_ms: int) -> int:
        """The second highest power of one whole renewal."""
        whole = np.abs(self.since_ms - renewal_ms) * 5 <= renewal_ms
        power_mw = self.uwh[whole] * MW_MS_PER_UWH // self.since_ms[whole]
        power_mw = np.sort(power_mw[power_mw <= MAX_HELD_MW])
        return int(power_mw[-2]) if len(power_mw) > 1 else 0


def _renewal_ms(since_ms: Int64s, scrape_ms: int) -> int:
    """How often the value is renewed: the shortest usual time between changes, or 0."""
    if len(since_ms) < MIN_RISES:
        return 0
    shortest_ms = int(np.sort(since_ms)[len(since_ms) // 10])
    if shortest_ms * 2 <= scrape_ms * 3 or shortest_ms > MAX_RENEWAL_MS:
        return 0
    near = np.count_nonzero(np.abs(since_ms - shortest_ms) * 5 <= shortest_ms)
    return (
        shortest_ms
        if near * 2 >= len(since_ms) or _are_regular(since_ms, shortest_ms, scrape_ms)
        else 0
    )


def _are_regular(since_ms: Int64s, renewal_ms: int, scrape_ms: int) -> bool:
    """Whether most changes came after whole numbers of renewals."""
    times = np.maximum(1, (since_ms + renewal_ms // 2) // renewal_ms)
    tolerance_ms = max(scrape_ms * 3 // 2, renewal_ms // 50) * times
    regular = np.count_nonzero(np.abs(since_ms - times * renewal_ms) <= tolerance_ms)
    return len(since_ms) > MIN_RISES and bool(regular * 10 >= len(since_ms) * 8)


def _held_mw(samples: Samples, held_ms: int) -> int:
    """The highest power that three neighbouring intervals all reached."""
    interval = samples.at_ms // held_ms
    first = np.flatnonzero(np.append(True, np.diff(interval) > 0))
    highest_uwh = np.maximum.reduceat(samples.uwh, first)
    last_ms = samples.at_ms[np.append(first[1:], len(samples)) - 1]
    power_mw = np.diff(highest_uwh) * MW_MS_PER_UWH // np.maximum(1, np.diff(last_ms))
    power_mw = np.where(np.diff(interval[first]) == 1, power_mw, 0)
    if len(power_mw) < HELD_INTERVALS:
        return 0
    count = len(power_mw) - HELD_INTERVALS + 1
    lowest = np.minimum.reduce([power_mw[each : each + count] for each in range(HELD_INTERVALS)])
    return max(0, int(lowest.max()))
