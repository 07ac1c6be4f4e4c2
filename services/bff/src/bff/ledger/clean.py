"""Rules 1 to 5: the energy that a counter's samples prove, as segments of time. Pure."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import Integers
from bff.ledger.device_rules import Limits
from bff.ledger.samples import ROUNDING_UWH, CounterSamples, without_glitches

# 3.6 watt-milliseconds are a micro-watt-hour. Written as whole numbers, whole results are exact.
SPARE_TENTHS = 12
WATT_MS_PER_UWH_TENTHS = 36
# Tapo and Kasa plugs count whole watt-hours: a step may fall due just after the sample before.
MAX_STEP_UWH = 1_000_000


class Quality(IntEnum):
    """How the energy of a segment was found. Time without a segment is missing."""

    MEASURED = 1
    ESTIMATED = 2


@dataclass(frozen=True, slots=True)
class Segments:
    """Intervals with energy spread evenly over each; sorted, never overlapping.

    Attributes:
        start_ms: The start of each segment, Unix milliseconds.
        end_ms: Its end, always later than its start.
        uwh: The energy in it, micro-watt-hours.
        quality: `Quality` of each.
    """

    start_ms: Integers
    end_ms: Integers
    uwh: Integers
    quality: NDArray[np.int8]

    def select(self, which: NDArray[np.bool_]) -> Self:
        """Return some of the segments."""
        return type(self)(
            self.start_ms[which], self.end_ms[which], self.uwh[which], self.quality[which]
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps between neighbouring good samples; arrays one shorter than `good`.

    Attributes:
        good: The samples without glitches.
        began_again: The counter fell for good.
        uwh: The energy the counter shows for the step, possible or not.
        possible: The device could have used it.
        long: Longer than the gap limit.
    """

    good: CounterSamples
    began_again: NDArray[np.bool_]
    uwh: Integers
    possible: NDArray[np.bool_]
    long: NDArray[np.bool_]


def steps(samples: CounterSamples, limits: Limits) -> Steps:
    """Judge a counter's samples one after the other (rules 3 to 5)."""
    good = without_glitches(samples)
    duration_ms, rise = np.diff(good.at_ms), np.diff(good.uwh)
    began_again = rise < -ROUNDING_UWH
    uwh = np.where(began_again, good.uwh[1:], np.maximum(rise, 0))
    possible = uwh <= _max_uwh(duration_ms, limits)
    for step in np.flatnonzero(~possible & ~began_again).tolist():
        possible[step] = _is_late(good.at_ms, uwh, step, limits)
    return Steps(good, began_again, uwh, possible, duration_ms > limits.gap_limit_ms)


def clean(samples: CounterSamples, limits: Limits) -> Segments:
    """Return the energy between neighbouring good samples, where it can be determined."""
    found = steps(samples, limits)
    start, end = found.good.at_ms[:-1], found.good.at_ms[1:]
    quality = np.where(found.long, Quality.ESTIMATED, Quality.MEASURED).astype(np.int8)
    if found.began_again.any():
        shortest_ms = _min_duration_ms(found.uwh, end - start, limits)
        start = np.where(found.began_again, end - shortest_ms, start)
    segments = Segments(start, end, found.uwh, quality)
    return segments.select(found.possible & (start < end))


def _max_uwh(duration_ms: Integers, limits: Limits) -> NDArray[np.float64]:
    """Return the most energy a counter could show for that time, micro-watt-hours."""
    rated_power = np.float64(limits.rated_power_watts)
    used = duration_ms * (rated_power * SPARE_TENTHS) / WATT_MS_PER_UWH_TENTHS
    return used + MAX_STEP_UWH


def _is_late(at_ms: Integers, uwh: Integers, step: int, limits: Limits) -> bool:
    """Return whether a rise is one that was read less often than it was scraped.

    A device that is polled every two minutes and scraped every fifteen seconds shows one value
    again and again, then the energy of two minutes in one step. So a rise is possible when the
    device can have used it together with all that came before it, from some recent sample on.
    """
    first = np.searchsorted(at_ms, at_ms[step + 1] - limits.late_ms)
    recent = slice(min(first, step), step + 1)
    since = np.cumsum(uwh[recent][::-1])
    return bool((since <= _max_uwh(at_ms[step + 1] - at_ms[recent][::-1], limits)).any())


def _min_duration_ms(uwh: Integers, duration_ms: Integers, limits: Limits) -> Integers:
    """Return the least time the energy since a new beginning took: at full rated power.

    When the counter began again cannot be determined, only that this energy was used since; the
    rest of the interval is missing.
    """
    rated_power = np.float64(limits.rated_power_watts)
    at_rated_power = np.ceil(uwh * np.float64(WATT_MS_PER_UWH_TENTHS) / (rated_power * 10))
    return np.minimum(at_rated_power, duration_ms).astype(np.int64)
