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


class Quality(IntEnum):
    """How energy came to be known. What is neither is missing, and has no piece."""

    MEASURED = 1
    ESTIMATED = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What is possible for one source of one device.

    Attributes:
        rated_power_watts: More than this, with 20 % to spare, the device cannot use.
        gap_limit_ms: A silence longer than this makes its energy `estimated`.
    """

    rated_power_watts: float
    gap_limit_ms: int


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


def clean(counter: Counter, limits: Limits) -> Pieces:
    """The energy between each two neighbouring good samples, where there is any to be known."""
    good = without_glitches(counter)
    start, end = good.at_ms[:-1], good.at_ms[1:]
    rise = np.diff(good.uwh)
    began_again = rise < -ROUNDING_UWH
    uwh = np.where(began_again, good.uwh[1:], np.maximum(rise, 0))
    lasted = end - start
    quality = np.where(lasted > limits.gap_limit_ms, Quality.ESTIMATED, Quality.MEASURED)
    known_from = np.where(began_again, end - _shortest(uwh, lasted, limits), start)
    pieces = Pieces(known_from, end, uwh, quality.astype(np.int8))
    return pieces.part((uwh <= _most(lasted, limits)) & (known_from < end))


def _most(lasted_ms: Int64s, limits: Limits) -> NDArray[np.float64]:
    """The most energy the device could have used in that time, micro-watt-hours."""
    rated_power = np.float64(limits.rated_power_watts)
    return lasted_ms * (rated_power * SPARE_TENTHS) / WATT_MS_PER_UWH_TENTHS


def _shortest(uwh: Int64s, lasted_ms: Int64s, limits: Limits) -> Int64s:
    """The least time the energy since a new beginning took: at full rated power.

    When the counter began again is not known, only that this energy was used since; the rest
    of the stretch is without knowledge.
    """
    rated_power = np.float64(limits.rated_power_watts)
    at_rated_power = np.ceil(uwh * np.float64(WATT_MS_PER_UWH_TENTHS) / (rated_power * 10))
    return np.minimum(at_rated_power, lasted_ms).astype(np.int64)
