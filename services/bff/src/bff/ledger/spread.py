"""Rules 2 and 7: cut pieces of energy at any instants, exactly.

The energy up to an instant is a whole number of micro-watt-hours, so differences of it add up
to the whole however finely time is cut.
"""

from dataclasses import dataclass

import numpy as np

from bff.ledger.clean import Pieces, Quality
from bff.ledger.counter import Int64s

# Below this the product of two stretches fits 64 bits; longer silences count in Python's integers.
LONGEST_64_BIT_MS = 3_000_000_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """Energy and known time; arrays of one shape, the last axis being time.

    Attributes:
        measured_uwh: Micro-watt-hours of quality `measured`.
        estimated_uwh: Of quality `estimated`.
        measured_ms: Milliseconds that were measured.
        estimated_ms: Milliseconds that were estimated.
    """

    measured_uwh: Int64s
    estimated_uwh: Int64s
    measured_ms: Int64s
    estimated_ms: Int64s

    def stacked(self) -> Int64s:
        """The four as one array, first axis in the order of the attributes."""
        return np.stack(
            [self.measured_uwh, self.estimated_uwh, self.measured_ms, self.estimated_ms]
        )


def amounts_of(stacked: Int64s) -> Amounts:
    """The inverse of `Amounts.stacked`."""
    return Amounts(stacked[0], stacked[1], stacked[2], stacked[3])


def between(pieces: Pieces, edges_ms: Int64s) -> Amounts:
    """Energy and time between neighbouring edges: one fewer than there are edges."""
    measured = pieces.quality == Quality.MEASURED
    uwh, ms = _up_to(pieces.part(measured), edges_ms)
    estimated_uwh, estimated_ms = _up_to(pieces.part(~measured), edges_ms)
    return Amounts(np.diff(uwh), np.diff(estimated_uwh), np.diff(ms), np.diff(estimated_ms))


def _up_to(pieces: Pieces, instants_ms: Int64s) -> tuple[Int64s, Int64s]:
    """All energy and all time of the pieces up to each instant."""
    if not len(pieces.uwh):
        nothing = np.zeros(len(instants_ms), dtype=np.int64)
        return nothing, nothing
    lasts = pieces.end_ms - pieces.start_ms
    before = np.searchsorted(pieces.start_ms, instants_ms, side="right") - 1
    here = np.maximum(before, 0)
    gone_ms = np.where(before < 0, 0, np.minimum(instants_ms - pieces.start_ms[here], lasts[here]))
    uwh = _sums_before(pieces.uwh)[here] + _share(pieces.uwh[here], gone_ms, lasts[here])
    return uwh, _sums_before(lasts)[here] + gone_ms


def _sums_before(numbers: Int64s) -> Int64s:
    return np.cumsum(numbers) - numbers


def _share(uwh: Int64s, gone_ms: Int64s, lasts_ms: Int64s) -> Int64s:
    """`uwh * gone / lasts` rounded down, without leaving 64 bits."""
    each, rest = np.divmod(uwh, lasts_ms)
    if lasts_ms.max(initial=0) > LONGEST_64_BIT_MS:
        rest = rest.astype(object)
    return each * gone_ms + (rest * gone_ms // lasts_ms).astype(np.int64)
