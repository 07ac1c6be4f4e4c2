"""When a source spoke and when it was silent. Pure; all instants in Unix milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

# A sample stands for what follows it for so many of the usual intervals: one scrape may be missed.
HELD_INTERVALS = 2.5
SHORTEST_HOLD_MS = 5_000

type Instants = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The stretches [begin, end) in which a source had something to say, in their order."""

    begin_ms: Instants
    end_ms: Instants

    @property
    def total_ms(self) -> int:
        """All of them together."""
        return int((self.end_ms - self.begin_ms).sum())

    def holds(self, at_ms: Instants) -> NDArray[np.bool_]:
        """Whether the source spoke at each of these instants."""
        if not len(self.begin_ms):
            return np.zeros(len(at_ms), dtype=np.bool_)
        position = np.searchsorted(self.begin_ms, at_ms, side="right") - 1
        return (position >= 0) & (at_ms < self.end_ms[position])


@dataclass(frozen=True, slots=True)
class Availability:
    """How reliably a source spoke. None where there was nothing to measure it by.

    Attributes:
        share: Of the time, 0 to 1.
        outages: Silences, not counting the time before the first word.
        longest_silence_ms: The longest of them, also one that has not ended.
        recovery_ms: For each outage, how long the source stayed silent although the other one
            had shown that the plug can be read.
    """

    share: float
    outages: int
    longest_silence_ms: int
    recovery_ms: Sequence[int]

    @property
    def median_recovery_ms(self) -> float | None:
        """Of all outages."""
        return float(median(self.recovery_ms)) if self.recovery_ms else None


def spoken(at_ms: Instants, watts: NDArray[np.float64], to_ms: int) -> Spoken:
    """The stretches in which samples follow one another; a stale marker (NaN) ends one at once."""
    hold_ms = _hold_ms(at_ms, watts)
    good = ~np.isnan(watts)
    next_ms = np.append(at_ms[1:], to_ms)
    begin_ms = at_ms[good]
    end_ms = np.minimum(next_ms, at_ms + hold_ms)[good]
    if not len(begin_ms):
        return Spoken(begin_ms, end_ms)
    apart = begin_ms[1:] > end_ms[:-1]
    return Spoken(begin_ms[np.append(True, apart)], end_ms[np.append(apart, True)])


def _hold_ms(at_ms: Instants, watts: NDArray[np.float64]) -> int:
    between = np.diff(at_ms[~np.isnan(watts)])
    usual_ms = float(np.median(between)) if len(between) else 0.0
    return max(SHORTEST_HOLD_MS, round(HELD_INTERVALS * usual_ms))


def availability(own: Spoken, other: Spoken, from_ms: int, to_ms: int) -> Availability:
    """Judge one source over [from, to) with the other as witness."""
    silences = _silences(own, from_ms, to_ms)
    outages = [silence for silence in silences if len(own.begin_ms) and silence[0] > from_ms]
    recoveries = [_proven_ms(other, begin, end) for begin, end in outages if end < to_ms]
    return Availability(
        share=own.total_ms / (to_ms - from_ms),
        outages=len(outages),
        longest_silence_ms=max((end - begin for begin, end in silences), default=0),
        recovery_ms=recoveries,
    )


def _silences(own: Spoken, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    begins = [from_ms, *own.end_ms.tolist()]
    ends = [*own.begin_ms.tolist(), to_ms]
    return [(begin, end) for begin, end in zip(begins, ends, strict=True) if end > begin]


def _proven_ms(other: Spoken, begin_ms: int, end_ms: int) -> int:
    """From the first word of the other in [begin, end) to its end; 0 if it was silent as well."""
    heard = np.flatnonzero(other.end_ms > begin_ms)
    if not len(heard):
        return 0
    first_ms = max(begin_ms, int(other.begin_ms[heard[0]]))
    return max(0, end_ms - first_ms)
