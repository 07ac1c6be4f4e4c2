"""A comparison as the API shows it."""

from collections.abc import Sequence
from dataclasses import asdict

from bff.comparison.availability import Availability
from bff.comparison.compare import ComparisonResult
from bff.comparison.grid import Point, points
from bff.comparison.schemas import (
    Comparison,
    LagReport,
    PlotPoint,
    SourceReport,
    VerdictReason,
    VerdictReport,
    WattsDifference,
)
from bff.comparison.verdict import Verdict
from bff.energy import exact_kwh
from bff.time_grid import in_zone
from bff.victoriametrics.scrapes import ScrapeTimes
from home_model.config import Home


def comparison_response(
    home: Home,
    device: str,
    sources: tuple[str, str],
    result: ComparisonResult,
    scrapes: Sequence[ScrapeTimes | None],
) -> Comparison:
    """Return a comparison in the house's time; energies exact."""
    a_uwh, b_uwh = result.energies_uwh
    difference_uwh = None if a_uwh is None or b_uwh is None else b_uwh - a_uwh
    return Comparison(
        from_=in_zone(result.interval.start_ms, home.zone),
        to=in_zone(result.interval.end_ms, home.zone),
        device=device,
        time_zone=home.time_zone,
        a=_source(sources[0], result.a, a_uwh, scrapes[0]),
        b=_source(sources[1], result.b, b_uwh, scrapes[1]),
        watts=WattsDifference(**asdict(result.watts)) if result.watts else None,
        lag=LagReport(**asdict(result.lag)) if result.lag else None,
        energy_difference_kwh=exact_kwh(difference_uwh),
        verdict=_verdict(result.verdict),
        points=[_point(home, point) for point in points(result.grid)],
    )


def _source(
    source: str, availability: Availability, uwh: int | None, scrapes: ScrapeTimes | None
) -> SourceReport:
    recovery_ms = availability.median_recovery_ms
    return SourceReport(
        source=source,
        availability=availability.share,
        outages=availability.outages,
        longest_silence_seconds=availability.longest_silence_ms / 1000,
        recovery_seconds=None if recovery_ms is None else recovery_ms / 1000,
        energy_kwh=exact_kwh(uwh),
        scrape_median_seconds=scrapes.median_seconds if scrapes else None,
        scrape_p95_seconds=scrapes.p95_seconds if scrapes else None,
    )


def _verdict(verdict: Verdict) -> VerdictReport:
    return VerdictReport(
        kind=verdict.name,
        prefer=verdict.prefer,
        reasons=[
            VerdictReason(kind=reason.name, better=reason.better, a=reason.a, b=reason.b)
            for reason in verdict.reasons
        ],
    )


def _point(home: Home, point: Point) -> PlotPoint:
    return PlotPoint(
        at=in_zone(point.at_ms, home.zone),
        a_watts=point.a_watts,
        b_watts=point.b_watts,
        difference_watts=point.difference_watts,
    )
