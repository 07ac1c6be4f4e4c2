"""An overview as the API shows it. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from bff.cost.pricing import CostAmounts
from bff.cost.response import figures
from bff.energy import plain
from bff.overview.periods import RunningPeriod
from bff.overview.query import PeriodAmounts
from bff.overview.schemas import DeviceNotUp, PeriodComparison, PeriodOverview
from bff.places.schemas import DeviceState
from bff.time_grid import in_zone

RATIO_DIGITS = 4


def period_overview(
    period: RunningPeriod, amounts: PeriodAmounts, now_ms: int, zone: ZoneInfo
) -> PeriodOverview:
    """Return a period with its figures and its comparison."""
    return PeriodOverview(
        from_=in_zone(period.whole.start_ms, zone),
        to=in_zone(period.whole.end_ms, zone),
        days=period.days,
        days_elapsed=period.day_of(now_ms),
        figures=figures(amounts.until_now, zone),
        comparison=_comparison(period, amounts, zone),
    )


def _comparison(period: RunningPeriod, amounts: PeriodAmounts, zone: ZoneInfo) -> PeriodComparison:
    now, before = figures(amounts.compared, zone), figures(amounts.before, zone)
    return PeriodComparison(
        from_=in_zone(period.compared_before.start_ms, zone),
        to=in_zone(period.compared_before.end_ms, zone),
        until=in_zone(period.compared_until_ms, zone),
        energy_kwh=now["energy_kwh"],
        energy_kwh_before=before["energy_kwh"],
        energy_change_ratio=_energy_change(amounts.compared, amounts.before),
        cost=now["cost"],
        cost_before=before["cost"],
        cost_change_ratio=_cost_change(amounts.compared, amounts.before),
    )


def _energy_change(now: CostAmounts, before: CostAmounts) -> float | None:
    if not now.known_ms or not before.known_ms:
        return None
    return _change(now.measured_uwh + now.estimated_uwh, before.measured_uwh + before.estimated_uwh)


def _cost_change(now: CostAmounts, before: CostAmounts) -> float | None:
    if not now.priced_ms or not before.priced_ms:
        return None
    return _change(now.cost_e21, before.cost_e21)


def _change(now: int, before: int) -> float | None:
    return round(now / before - 1, RATIO_DIGITS) if before else None


def devices_not_up(
    states: Sequence[DeviceState], usual_watts: Mapping[str, float | None]
) -> list[DeviceNotUp]:
    """Return the devices that are down or silent, in configuration order."""
    return [
        DeviceNotUp(
            device=state.device,
            room=state.room,
            shelf=state.shelf,
            name=state.name,
            state=state.state,
            since=state.at,
            age_seconds=state.age_seconds,
            usual_kwh=_usual_kwh(usual_watts.get(state.device), state.age_seconds),
        )
        for state in states
        if state.state != "up"
    ]


def _usual_kwh(watts: float | None, age_seconds: float | None) -> str | None:
    if watts is None or age_seconds is None:
        return None
    return plain(Decimal(watts * age_seconds / 3_600_000).quantize(Decimal("0.001")))
