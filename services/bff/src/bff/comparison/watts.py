"""How far apart two sources are, in watts and in time. Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.comparison.grid import Grid

MIN_STEPS = 60
MAX_LAG_MS = 300_000
# Below this both lines are flat, and any shift fits them as well as any other.
MIN_DEVIATION_WATTS = 1.0
MIN_CORRELATION = 0.5
DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Difference:
    """The second source less the first, where both have readings.

    Attributes:
        median_watts: Half of the time they are nearer than this.
        p95_watts: And 19 of 20 parts of the time nearer than this.
        bias_watts: What the second shows more on average.
        mean_watts: What both show on average.
        doubt_watts: So much bias can come from reading a changing load now and then, by chance.
    """

    median_watts: float
    p95_watts: float
    bias_watts: float
    mean_watts: float
    doubt_watts: float


@dataclass(frozen=True, slots=True)
class Lag:
    """The shift in time at which both lines fit best.

    Attributes:
        seconds: Positive when the second source is the later one.
        resolution_seconds: Finer than this it cannot be determined: when the load changed between
            two readings is unknown.
        correlation: How well they fit then; 1 is the same line.
    """

    seconds: float
    resolution_seconds: float
    correlation: float


def difference(grid: Grid) -> Difference | None:
    """Compare the watts; None where the two never had readings together."""
    both = grid.both
    if not both.any():
        return None
    a, b = grid.a_watts[both], grid.b_watts[both]
    median, p95 = np.percentile(np.abs(b - a), [50, 95])
    mean = (a.mean() + b.mean()) / 2
    return Difference(
        float(median), float(p95), float((b - a).mean()), float(mean), _doubt_watts(grid)
    )


def _doubt_watts(grid: Grid) -> float:
    """Each change is read somewhere between two readings: three deviations of their sum."""
    together = float(grid.both.sum()) * grid.step_ms
    changes = (np.diff(watts) for watts in (grid.a_watts, grid.b_watts))
    squares = max(float(np.nansum(change**2)) for change in changes)
    return DEVIATIONS * grid.usual_ms / math.sqrt(12) * math.sqrt(squares) / together


def lag(grid: Grid) -> Lag | None:
    """Cross-correlate; None where too little changed to determine the lag."""
    both = grid.both
    if both.sum() < MIN_STEPS:
        return None
    a, b = _deviation(grid.a_watts, both), _deviation(grid.b_watts, both)
    strength = float(np.sqrt((a @ a) * (b @ b)))
    if strength / both.sum() < MIN_DEVIATION_WATTS**2:
        return None
    shifts, products = _cross_correlation(a, b, MAX_LAG_MS // grid.step_ms)
    best = int(np.argmax(products))
    correlation = float(products[best]) / strength
    # A best fit at the very end of what was tried is none.
    if correlation < MIN_CORRELATION or best in {0, len(products) - 1}:
        return None
    seconds = float(shifts[best]) * grid.step_ms / 1_000
    return Lag(seconds, max(grid.step_ms, grid.usual_ms) / 1_000, correlation)


def _deviation(watts: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(known, watts - watts[known].mean(), 0.0)


def _cross_correlation(
    a: NDArray[np.float64], b: NDArray[np.float64], max_shift: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the sum of a[i]·b[i + shift] for each shift of up to `max_shift` steps either way."""
    max_shift = min(max_shift, len(a) - 1)
    size = 1 << (2 * len(a) - 1).bit_length()
    products = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    shifts = np.arange(-max_shift, max_shift + 1, dtype=np.int64)
    return shifts, products[shifts]
