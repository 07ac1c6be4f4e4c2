"""A forecast as the API shows it. Pure."""

from bff.bills.query import PeriodBill
from bff.contracts.rounding import decimal_text
from bff.energy import UWH_EXPONENT, scaled
from bff.forecast.query import Forecast, NextTier
from bff.forecast.schemas import BillForecast, NextTierRow, RangeOfValues


def forecast_response(bill: PeriodBill, found: Forecast, currency: str) -> BillForecast:
    """Return a forecast; energy to the watt-hour would claim too much, money is as billed."""
    low, expected, high = (scaled(uwh // 10**7 * 10**7, UWH_EXPONENT) for uwh in found.uwh)
    tier = found.next_tier
    return BillForecast(
        first_day=bill.period.first_day,
        end_day=bill.period.end_day,
        currency=currency,
        so_far_kwh=scaled(found.so_far_uwh, UWH_EXPONENT),
        kwh=RangeOfValues(low=low, expected=expected, high=high),
        total=RangeOfValues(
            low=decimal_text(found.totals[0]),
            expected=decimal_text(found.totals[1]),
            high=decimal_text(found.totals[2]),
        ),
        next_tier=None if tier is None else _next_tier(tier),
    )


def _next_tier(tier: NextTier) -> NextTierRow:
    return NextTierRow(
        from_kwh=decimal_text(tier.from_kwh), price=decimal_text(tier.price), on=tier.on
    )
