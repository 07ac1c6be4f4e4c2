"""Few enough points to draw, silence left out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.comparison.grid import Grid

MOST_POINTS = 480


@dataclass(frozen=True, slots=True)
class Point:
    """The mean of a short stretch that begins at `at_ms`; None where a source was silent.

    A stretch in which a source was silent for a part is the mean of the rest.
    """

    at_ms: int
    a_watts: float | None
    b_watts: float | None
    difference_watts: float | None


def points(grid: Grid) -> Iterator[Point]:
    """At most `MOST_POINTS` of them, equally far apart."""
    steps = len(grid.at_ms)
    if not steps:
        return
    wide = -(-steps // MOST_POINTS)
    begins = np.arange(0, steps, wide)
    columns = (
        _means(grid.a_watts, begins),
        _means(grid.b_watts, begins),
        _means(grid.b_watts - grid.a_watts, begins),
    )
    for begin, a, b, difference in zip(begins.tolist(), *columns, strict=True):
        yield Point(int(grid.at_ms[begin]), a, b, difference)


def _means(watts: NDArray[np.float64], begins: NDArray[np.int64]) -> list[float | None]:
    known = np.isfinite(watts)
    sums = np.add.reduceat(np.where(known, watts, 0.0), begins)
    counts = np.add.reduceat(known.astype(np.int64), begins)
    pairs = zip(sums.tolist(), counts.tolist(), strict=True)
    return [round(total / count, 3) if count else None for total, count in pairs]
