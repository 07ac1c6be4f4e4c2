"""A comparison as the API shows it."""

from collections.abc import Sequence
from dataclasses import asdict

from bff.comparison.compare import Compared
from bff.comparison.plot import Point, points
from bff.comparison.schemas import (
    Comparison,
    LagReport,
    PlotPoint,
    SourceReport,
    VerdictReason,
    VerdictReport,
    WattsDifference,
)
from bff.comparison.silences import Availability
from bff.comparison.verdict import Verdict
from bff.cost.pricing import UWH_EXPONENT
from bff.database import instant
from bff.decimals import scaled
from bff.victoriametrics.scrapes import ScrapeTimes
from home_model.config import Home


def answer(
    home: Home,
    device: str,
    sources: tuple[str, str],
    compared: Compared,
    scrapes: Sequence[ScrapeTimes | None],
) -> Comparison:
    """In the house's time; energies exact."""
    a_uwh, b_uwh = compared.energies_uwh
    apart_uwh = None if a_uwh is None or b_uwh is None else b_uwh - a_uwh
    return Comparison(
        from_=instant(compared.stretch.start_ms).astimezone(home.zone),
        to=instant(compared.stretch.end_ms).astimezone(home.zone),
        device=device,
        time_zone=home.time_zone,
        a=_source(sources[0], compared.a, a_uwh, scrapes[0]),
        b=_source(sources[1], compared.b, b_uwh, scrapes[1]),
        watts=WattsDifference(**asdict(compared.watts)) if compared.watts else None,
        lag=LagReport(**asdict(compared.lag)) if compared.lag else None,
        energy_difference_kwh=_kwh(apart_uwh),
        verdict=_verdict(compared.verdict),
        points=[_point(home, point) for point in points(compared.grid)],
    )


def _source(
    source: str, spoke: Availability, uwh: int | None, scrapes: ScrapeTimes | None
) -> SourceReport:
    recovery_ms = spoke.median_recovery_ms
    return SourceReport(
        source=source,
        availability=spoke.share,
        outages=spoke.outages,
        longest_silence_seconds=spoke.longest_silence_ms / 1000,
        recovery_seconds=None if recovery_ms is None else recovery_ms / 1000,
        energy_kwh=_kwh(uwh),
        scrape_median_seconds=scrapes.median_seconds if scrapes else None,
        scrape_p95_seconds=scrapes.p95_seconds if scrapes else None,
    )


def _verdict(verdict: Verdict) -> VerdictReport:
    return VerdictReport(
        kind=verdict.kind,
        prefer=verdict.prefer,
        reasons=[VerdictReason(**asdict(reason)) for reason in verdict.reasons],
    )


def _point(home: Home, point: Point) -> PlotPoint:
    return PlotPoint(
        at=instant(point.at_ms).astimezone(home.zone),
        a_watts=point.a_watts,
        b_watts=point.b_watts,
        difference_watts=point.difference_watts,
    )


def _kwh(uwh: int | None) -> str | None:
    if uwh is None:
        return None
    return f"{'-' * (uwh < 0)}{scaled(abs(uwh), UWH_EXPONENT)}"
