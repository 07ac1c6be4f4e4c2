"""All figures of a comparison, from what both sources said. Pure."""

from dataclasses import dataclass

from bff.comparison.grid import Grid, make_grid, spoken_of
from bff.comparison.silences import Availability, availability
from bff.comparison.verdict import Evidence, Verdict, judge
from bff.comparison.watts import Difference, Lag, difference, lag
from bff.ledger.counter import UWH_PER_KWH
from bff.stretch import Stretch
from bff.victoriametrics.readings import PowerOfSource

type Energies = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it; `energies_uwh` of the two sources in their order."""

    stretch: Stretch
    grid: Grid
    a: Availability
    b: Availability
    watts: Difference | None
    lag: Lag | None
    energies_uwh: Energies
    verdict: Verdict


def compare(
    a: PowerOfSource, b: PowerOfSource, stretch: Stretch, energies_uwh: Energies
) -> Compared:
    """Compare over a stretch; energies are those of the counters, micro-watt-hours."""
    from_ms, to_ms = stretch.start_ms, stretch.end_ms
    grid = make_grid(a, b, from_ms, to_ms)
    spoken_a, spoken_b = spoken_of(a, to_ms), spoken_of(b, to_ms)
    evidence = Evidence(
        a=availability(spoken_a, spoken_b, from_ms, to_ms),
        b=availability(spoken_b, spoken_a, from_ms, to_ms),
        watts=difference(grid),
        lag=lag(grid),
        a_kwh=_kwh(energies_uwh[0]),
        b_kwh=_kwh(energies_uwh[1]),
    )
    return Compared(
        stretch,
        grid,
        evidence.a,
        evidence.b,
        evidence.watts,
        evidence.lag,
        energies_uwh,
        judge(evidence),
    )


def _kwh(uwh: int | None) -> float | None:
    return None if uwh is None else uwh / UWH_PER_KWH
