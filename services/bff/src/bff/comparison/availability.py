"""When a source had readings and when it was silent. Pure; all instants in Unix milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

# A sample holds for so many of the usual intervals after it: one scrape may be missed.
HELD_INTERVALS = 2.5
MIN_HOLD_MS = 5_000

type Instants = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReadingIntervals:
    """The intervals [begin, end) in which a source had readings, in their order."""

    begin_ms: Instants
    end_ms: Instants

    @property
    def total_ms(self) -> int:
        """The sum of their durations."""
        return int((self.end_ms - self.begin_ms).sum())

    def holds(self, at_ms: Instants) -> NDArray[np.bool_]:
        """Return whether the source had a reading at each of these instants."""
        if not len(self.begin_ms):
            return np.zeros(len(at_ms), dtype=np.bool_)
        position = np.searchsorted(self.begin_ms, at_ms, side="right") - 1
        return (position >= 0) & (at_ms < self.end_ms[position])


@dataclass(frozen=True, slots=True)
class Availability:
    """How reliably a source had readings.

    Attributes:
        share: Of the time, 0 to 1.
        outages: Silences, not counting the time before the first reading.
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
        """The median over all outages; None without any."""
        return float(median(self.recovery_ms)) if self.recovery_ms else None


def reading_intervals(at_ms: Instants, watts: NDArray[np.float64], to_ms: int) -> ReadingIntervals:
    """Return the intervals in which samples follow one another; a stale marker (NaN) ends one."""
    hold_ms = _hold_ms(at_ms, watts)
    good = ~np.isnan(watts)
    next_ms = np.append(at_ms[1:], to_ms)
    begin_ms = at_ms[good]
    end_ms = np.minimum(next_ms, at_ms + hold_ms)[good]
    if not len(begin_ms):
        return ReadingIntervals(begin_ms, end_ms)
    apart = begin_ms[1:] > end_ms[:-1]
    return ReadingIntervals(begin_ms[np.append(True, apart)], end_ms[np.append(apart, True)])


def _hold_ms(at_ms: Instants, watts: NDArray[np.float64]) -> int:
    between = np.diff(at_ms[~np.isnan(watts)])
    usual_ms = float(np.median(between)) if len(between) else 0.0
    return max(MIN_HOLD_MS, round(HELD_INTERVALS * usual_ms))


def availability(
    own: ReadingIntervals, other: ReadingIntervals, from_ms: int, to_ms: int
) -> Availability:
    """Judge one source over [from, to) by comparison with the other."""
    silences = _silences(own, from_ms, to_ms)
    outages = [silence for silence in silences if len(own.begin_ms) and silence[0] > from_ms]
    recoveries = [_avoidable_ms(other, begin, end) for begin, end in outages if end < to_ms]
    return Availability(
        share=own.total_ms / (to_ms - from_ms),
        outages=len(outages),
        longest_silence_ms=max((end - begin for begin, end in silences), default=0),
        recovery_ms=recoveries,
    )


def _silences(own: ReadingIntervals, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    begins = [from_ms, *own.end_ms.tolist()]
    ends = [*own.begin_ms.tolist(), to_ms]
    return [(begin, end) for begin, end in zip(begins, ends, strict=True) if end > begin]


def _avoidable_ms(other: ReadingIntervals, begin_ms: int, end_ms: int) -> int:
    """Return the time from the other's first reading in [begin, end) to its end; 0 without one."""
    later = np.flatnonzero(other.end_ms > begin_ms)
    if not len(later):
        return 0
    first_ms = max(begin_ms, int(other.begin_ms[later[0]]))
    return max(0, end_ms - first_ms)
