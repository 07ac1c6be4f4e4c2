"""The effect of a change of contracts as the API shows it. Pure."""

from fractions import Fraction

from bff.contract_effect.schemas import PeriodEffect
from bff.contracts.period import Period
from bff.contracts.rounding import decimal_text

type Totals = tuple[Fraction | None, Fraction | None]


def period_effect(period: Period, totals: Totals) -> PeriodEffect:
    """Return what a period comes to before and after a change."""
    before, after = (None if each is None else decimal_text(each) for each in totals)
    return PeriodEffect(
        first_day=period.first_day, end_day=period.end_day, before=before, after=after
    )
