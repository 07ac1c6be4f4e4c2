"""Fetch the amounts of an overview: one query of the ledger for all of its periods."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bff.cost.pricing import CostAmounts, added
from bff.cost.query import CostQuery, fetch_cost, group
from bff.overview.periods import PeriodName, RunningPeriod
from bff.prices.query import select_price_spans
from bff.register.register import Place, Register
from bff.services import Services
from bff.time_grid import DAY_MS, Interval, slot_start

PERIODS: tuple[PeriodName, ...] = ("today", "this_month")
# Long enough for a washing machine that runs once a week, short enough for the season.
USUAL_MS = 28 * DAY_MS


@dataclass(frozen=True, slots=True)
class PeriodAmounts:
    """The amounts of one period: until now, of its compared part, and of the part before."""

    until_now: CostAmounts
    compared: CostAmounts
    before: CostAmounts


def fetch_amounts(
    services: Services,
    register: Register,
    place: Place,
    periods: Mapping[PeriodName, RunningPeriod],
    now_ms: int,
) -> Mapping[PeriodName, PeriodAmounts]:
    """Fetch the amounts of all periods.

    Raises:
        VictoriaMetricsDownError: The present is not known.
        LedgerStaleError: The slots of a period are still being built.
    """
    intervals = {name: _intervals(period, now_ms) for name, period in periods.items()}
    every = [interval for of_period in intervals.values() for interval in of_period]
    edges = sorted({edge for each in every for edge in (each.start_ms, each.end_ms)})
    spans = services.cached(select_price_spans, register.home.currency)
    query = CostQuery(place, edges[0], edges[-1])
    grouping = replace(group(register, query, register.home.zone), bucket_edges=edges)
    rows = [row[0] for row in fetch_cost(services.energy_between, grouping, spans, now_ms).rows]
    return {
        name: PeriodAmounts(*(_part(rows, edges, interval) for interval in of_period))
        for name, of_period in intervals.items()
    }


def _intervals(period: RunningPeriod, now_ms: int) -> tuple[Interval, Interval, Interval]:
    start_ms = period.whole.start_ms
    return (
        Interval(start_ms, max(now_ms, start_ms)),
        Interval(start_ms, period.compared_until_ms),
        period.compared_before,
    )


def _part(rows: Sequence[CostAmounts], edges: Sequence[int], interval: Interval) -> CostAmounts:
    first, last = bisect_left(edges, interval.start_ms), bisect_left(edges, interval.end_ms)
    return added(rows[first:last])


def fetch_usual_watts(
    services: Services, devices: Sequence[str], now_ms: int
) -> Mapping[str, float | None]:
    """Return each device's mean power while it was measured in four weeks; None without data.

    Raises:
        VictoriaMetricsDownError, LedgerStaleError: As for the amounts.
    """
    if not devices:
        return {}
    until_ms = slot_start(now_ms)
    energy = services.energy_between(devices, [until_ms - USUAL_MS, until_ms])
    known_ms = (energy.measured_ms + energy.estimated_ms)[:, 0].tolist()
    known_uwh = (energy.measured_uwh + energy.estimated_uwh)[:, 0].tolist()
    # A micro-watt-hour in a millisecond is 3.6 watts.
    return {
        device: uwh * 3.6 / ms if ms else None
        for device, uwh, ms in zip(devices, known_uwh, known_ms, strict=True)
    }
