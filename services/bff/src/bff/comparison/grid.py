"""Both sources on one grid of instants, each holding its last reading; and the points to draw."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.comparison.availability import ReadingIntervals, reading_intervals
from bff.victoriametrics.power import PowerOfSource

MIN_STEP_MS = 1_000
MAX_STEPS = 200_000
MAX_POINTS = 480


@dataclass(frozen=True, slots=True)
class Grid:
    """Two sources at the same instants; NaN where a source was silent.

    Attributes:
        at_ms: Unix milliseconds, `step_ms` apart.
        a_watts: The last reading of the first source.
        b_watts: That of the second one.
        usual_ms: The usual time between two readings of the source that is read less often.
    """

    step_ms: int
    usual_ms: int
    at_ms: NDArray[np.int64]
    a_watts: NDArray[np.float64]
    b_watts: NDArray[np.float64]

    @property
    def both(self) -> NDArray[np.bool_]:
        """Where both have a reading."""
        return np.isfinite(self.a_watts) & np.isfinite(self.b_watts)


def make_grid(a: PowerOfSource, b: PowerOfSource, from_ms: int, to_ms: int) -> Grid:
    """Align both over [from, to) by the instants of their readings, not of the scrapes."""
    step_ms = max(MIN_STEP_MS, -(-(to_ms - from_ms) // (MAX_STEPS * 1_000)) * 1_000)
    at_ms = np.arange(from_ms, to_ms, step_ms, dtype=np.int64)
    usual_ms = max(_usual_ms(a), _usual_ms(b))
    return Grid(step_ms, usual_ms, at_ms, _held(a, at_ms, to_ms), _held(b, at_ms, to_ms))


def _usual_ms(power: PowerOfSource) -> int:
    # A scrape repeats a reading; only another reading counts.
    between = np.diff(np.unique(power.read_ms[~np.isnan(power.watts)]))
    return round(float(np.median(between))) if len(between) else 0


def _held(power: PowerOfSource, at_ms: NDArray[np.int64], to_ms: int) -> NDArray[np.float64]:
    has_value = ~np.isnan(power.watts)
    watts, read_ms = power.watts[has_value], power.read_ms[has_value]
    if not len(watts):
        return np.full(len(at_ms), np.nan)
    order = np.argsort(read_ms, kind="stable")
    position = np.searchsorted(read_ms[order], at_ms, side="right") - 1
    held = watts[order][np.maximum(position, 0)]
    known = (position >= 0) & intervals_with_readings(power, to_ms).holds(at_ms)
    return np.where(known, held, np.nan)


def intervals_with_readings(power: PowerOfSource, to_ms: int) -> ReadingIntervals:
    """Return the intervals with readings of a source, by the scrapes."""
    return reading_intervals(power.at_ms, power.watts, to_ms)


@dataclass(frozen=True, slots=True)
class Point:
    """The mean of a short interval that begins at `at_ms`; None where a source was silent.

    Where one of them was silent for a part of the interval, both are means of the rest of it: what
    lies between the lines is the difference, and the figures rest on the same instants.
    """

    at_ms: int
    a_watts: float | None
    b_watts: float | None
    difference_watts: float | None


def points(grid: Grid) -> Iterator[Point]:
    """Return at most `MAX_POINTS` points, equally far apart, silence left out."""
    steps = len(grid.at_ms)
    if not steps:
        return
    width = -(-steps // MAX_POINTS)
    begins = np.arange(0, steps, width)
    columns = (
        _means_together(grid.a_watts, grid.both, begins),
        _means_together(grid.b_watts, grid.both, begins),
        _means(grid.b_watts - grid.a_watts, begins),
    )
    for begin, a, b, difference in zip(begins.tolist(), *columns, strict=True):
        yield Point(int(grid.at_ms[begin]), a, b, difference)


def _means_together(
    watts: NDArray[np.float64], both: NDArray[np.bool_], begins: NDArray[np.int64]
) -> list[float | None]:
    """Return the means where both have a reading; where they never do, those of one alone."""
    together = _means(np.where(both, watts, np.nan), begins)
    alone = _means(watts, begins)
    return [a if b is None else b for a, b in zip(alone, together, strict=True)]


def _means(watts: NDArray[np.float64], begins: NDArray[np.int64]) -> list[float | None]:
    known = np.isfinite(watts)
    sums = np.add.reduceat(np.where(known, watts, 0.0), begins)
    counts = np.add.reduceat(known.astype(np.int64), begins)
    pairs = zip(sums.tolist(), counts.tolist(), strict=True)
    return [round(total / count, 3) if count else None for total, count in pairs]
