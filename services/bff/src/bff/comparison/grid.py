"""Both sources on one grid of instants, each holding its last reading. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.comparison.silences import Spoken, spoken
from bff.victoriametrics.readings import PowerOfSource

FINEST_STEP_MS = 1_000
MOST_STEPS = 200_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Two sources at the same instants; NaN where a source was silent.

    Attributes:
        at_ms: Unix milliseconds, `step_ms` apart.
        a_watts: What the first source had last read.
        b_watts: The second one.
        usual_ms: The usual time between two readings of the source that is read less often.
    """

    step_ms: int
    usual_ms: int
    at_ms: NDArray[np.int64]
    a_watts: NDArray[np.float64]
    b_watts: NDArray[np.float64]

    @property
    def both(self) -> NDArray[np.bool_]:
        """Where both spoke."""
        return np.isfinite(self.a_watts) & np.isfinite(self.b_watts)


def make_grid(a: PowerOfSource, b: PowerOfSource, from_ms: int, to_ms: int) -> Grid:
    """Lay both over [from, to) by the instants of their readings, not of the scrapes."""
    step_ms = max(FINEST_STEP_MS, -(-(to_ms - from_ms) // (MOST_STEPS * 1_000)) * 1_000)
    at_ms = np.arange(from_ms, to_ms, step_ms, dtype=np.int64)
    usual_ms = max(_usual_ms(a), _usual_ms(b))
    return Grid(step_ms, usual_ms, at_ms, _held(a, at_ms, to_ms), _held(b, at_ms, to_ms))


def _usual_ms(power: PowerOfSource) -> int:
    # A scrape repeats a reading; only another reading is news.
    between = np.diff(np.unique(power.read_ms[~np.isnan(power.watts)]))
    return round(float(np.median(between))) if len(between) else 0


def _held(power: PowerOfSource, at_ms: NDArray[np.int64], to_ms: int) -> NDArray[np.float64]:
    speaks = ~np.isnan(power.watts)
    watts, read_ms = power.watts[speaks], power.read_ms[speaks]
    if not len(watts):
        return np.full(len(at_ms), np.nan)
    order = np.argsort(read_ms, kind="stable")
    position = np.searchsorted(read_ms[order], at_ms, side="right") - 1
    held = watts[order][np.maximum(position, 0)]
    known = (position >= 0) & spoken_of(power, to_ms).holds(at_ms)
    return np.where(known, held, np.nan)


def spoken_of(power: PowerOfSource, to_ms: int) -> Spoken:
    """When a source spoke, by the scrapes."""
    return spoken(power.at_ms, power.watts, to_ms)
