"""Rules 1 to 5: what a counter's samples say of energy, as pieces of time with energy in them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.ledger.counter import ROUNDING_UWH, Counter, Int64s, without_glitches

# 3.6 watt-milliseconds are a micro-watt-hour. Written as whole numbers, whole results are exact.
SPARE_TENTHS = 12
WATT_MS_PER_UWH_TENTHS = 36
# Tapo and Kasa plugs count whole watt-hours: a step may fall due just after the sample before.
COARSEST_STEP_UWH = 1_000_000
# However long the gap limit: so far back only do samples have a say on what is energy.
MOST_LATE_MS = 3_600_000


class Quality(IntEnum):
    """How energy came to be known. What is neither is missing, and has no piece."""

    MEASURED = 1
    ESTIMATED = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What is possible for one source of one device.

    Attributes:
        rated_power_watts: More than this, with 20 % to spare, the device cannot use; a counter may
            show one step of its own more.
        gap_limit_ms: A silence longer than this makes its energy `estimated`.
    """

    rated_power_watts: float
    gap_limit_ms: int

    @property
    def late_ms(self) -> int:
        """How long ago the energy of a rise may have been used."""
        return min(self.gap_limit_ms, MOST_LATE_MS)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Energy spread evenly over stretches of time; sorted, never overlapping.

    Attributes:
        start_ms: Where each piece begins, Unix milliseconds.
        end_ms: Where it ends; always later than its start.
        uwh: The energy in it, micro-watt-hours.
        quality: `Quality` of each.
    """

    start_ms: Int64s
    end_ms: Int64s
    uwh: Int64s
    quality: NDArray[np.int8]

    def part(self, which: NDArray[np.bool_]) -> Self:
        """Some of the pieces."""
        return type(self)(
            self.start_ms[which], self.end_ms[which], self.uwh[which], self.quality[which]
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """What lies between each two neighbouring good samples; arrays one shorter than `good`.

    Attributes:
        good: The samples without glitches.
        began_again: The counter fell for good.
        uwh: The energy the counter shows for the step, possible or not.
        possible: The device could have used it.
        long: Longer than the gap limit.
    """

    good: Counter
    began_again: NDArray[np.bool_]
    uwh: Int64s
    possible: NDArray[np.bool_]
    long: NDArray[np.bool_]


def steps(counter: Counter, limits: Limits) -> Steps:
    """Judge a counter's samples one after the other (rules 3 to 5)."""
    good = without_glitches(counter)
    lasted_ms, rise = np.diff(good.at_ms), np.diff(good.uwh)
    began_again = rise < -ROUNDING_UWH
    uwh = np.where(began_again, good.uwh[1:], np.maximum(rise, 0))
    possible = uwh <= _most(lasted_ms, limits)
    for step in np.flatnonzero(~possible & ~began_again).tolist():
        possible[step] = _came_late(good.at_ms, uwh, step, limits)
    return Steps(good, began_again, uwh, possible, lasted_ms > limits.gap_limit_ms)


def clean(counter: Counter, limits: Limits) -> Pieces:
    """The energy between each two neighbouring good samples, where there is any to be known."""
    found = steps(counter, limits)
    start, end = found.good.at_ms[:-1], found.good.at_ms[1:]
    quality = np.where(found.long, Quality.ESTIMATED, Quality.MEASURED).astype(np.int8)
    if found.began_again.any():
        shortest = _shortest(found.uwh, end - start, limits)
        start = np.where(found.began_again, end - shortest, start)
    pieces = Pieces(start, end, found.uwh, quality)
    return pieces.part(found.possible & (start < end))


def _most(lasted_ms: Int64s, limits: Limits) -> NDArray[np.float64]:
    """The most energy a counter could show for that time, micro-watt-hours."""
    rated_power = np.float64(limits.rated_power_watts)
    used = lasted_ms * (rated_power * SPARE_TENTHS) / WATT_MS_PER_UWH_TENTHS
    return used + COARSEST_STEP_UWH


def _came_late(at_ms: Int64s, uwh: Int64s, step: int, limits: Limits) -> bool:
    """Whether a rise is one that was read less often than it was scraped.

    A device that is polled every two minutes and scraped every fifteen seconds shows one value
    again and again, then the energy of two minutes in one step. So a rise is possible when the
    device can have used it together with all that came before it, from some recent sample on.
    """
    first = np.searchsorted(at_ms, at_ms[step + 1] - limits.late_ms)
    recent = slice(min(first, step), step + 1)
    since = np.cumsum(uwh[recent][::-1])
    return bool((since <= _most(at_ms[step + 1] - at_ms[recent][::-1], limits)).any())


def _shortest(uwh: Int64s, lasted_ms: Int64s, limits: Limits) -> Int64s:
    """The least time the energy since a new beginning took: at full rated power.

    When the counter began again is not known, only that this energy was used since; the rest
    of the stretch is without knowledge.
    """
    rated_power = np.float64(limits.rated_power_watts)
    at_rated_power = np.ceil(uwh * np.float64(WATT_MS_PER_UWH_TENTHS) / (rated_power * 10))
    return np.minimum(at_rated_power, lasted_ms).astype(np.int64)
