"""All figures of a comparison, from the readings of both sources. Pure."""

from dataclasses import dataclass

from bff.comparison.availability import Availability, availability
from bff.comparison.grid import Grid, intervals_with_readings, make_grid
from bff.comparison.verdict import Evidence, Verdict, judge
from bff.comparison.watts import Difference, Lag, difference, lag
from bff.time_grid import Interval
from bff.victoriametrics.power import PowerOfSource
from energy_rules.quantities import UWH_PER_KWH

type Energies = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The figures of a comparison; `energies_uwh` of the two sources in their order."""

    interval: Interval
    grid: Grid
    a: Availability
    b: Availability
    watts: Difference | None
    lag: Lag | None
    energies_uwh: Energies
    verdict: Verdict


def compare(
    a: PowerOfSource, b: PowerOfSource, interval: Interval, energies_uwh: Energies
) -> ComparisonResult:
    """Compare over an interval; energies are those of the counters, micro-watt-hours."""
    from_ms, to_ms = interval.start_ms, interval.end_ms
    grid = make_grid(a, b, from_ms, to_ms)
    intervals_a, intervals_b = intervals_with_readings(a, to_ms), intervals_with_readings(b, to_ms)
    evidence = Evidence(
        a=availability(intervals_a, intervals_b, from_ms, to_ms),
        b=availability(intervals_b, intervals_a, from_ms, to_ms),
        watts=difference(grid),
        lag=lag(grid),
        a_kwh=_kwh(energies_uwh[0]),
        b_kwh=_kwh(energies_uwh[1]),
    )
    return ComparisonResult(
        interval,
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
