"""The part of a reading period that one contract bills, and how amounts follow its length. Pure."""

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from bff.contracts.document import Per, Proration
from bff.contracts.rates import BillMonth

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days [first_day, end_day)."""

    first_day: date
    end_day: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.end_day - self.first_day).days


@dataclass(frozen=True, slots=True)
class BilledPart:
    """Whole days [first_day, end_day) of a reading period.

    Attributes:
        period_days: Days of the whole reading period.
        is_cut: A contract begins or ends inside the reading period.
        month: The month whose rates the period bears, such as "2026-05".
        began: The first day of the reading period that any contract bills: this part's own, or
            that of the contract before it.
    """

    first_day: date
    end_day: date
    period_days: int
    is_cut: bool
    month: str
    began: date | None = None

    @property
    def days(self) -> int:
        """How many days are billed."""
        return (self.end_day - self.first_day).days

    @property
    def bill_month(self) -> BillMonth:
        """Where monthly rates are looked up."""
        return BillMonth(self.month, self.first_day)


def month_name(first_day: date, end_day: date, months: Literal["end", "start"]) -> str:
    """Return the month that a period bears: that of its exclusive end, or of its first day."""
    return f"{end_day if months == 'end' else first_day:%Y-%m}"


def proration_factor(
    proration: Proration | None, part: BilledPart, per: Per = "period"
) -> Fraction | None:
    """Return the share of an amount that a part bears; None when it is not prorated.

    An amount of a day or a year follows the days by itself: they are not counted twice.
    """
    if proration is None or per in {"day", "year"}:
        return None
    if not (part.is_cut or _is_shifted(proration, part)):
        return None
    match proration.by:
        case "30" | 30:
            return Fraction(part.days, 30)
        case "period":
            return Fraction(part.days, part.period_days)
        case "calendar":
            # What follows a change is charged by the same month as what came before it.
            return Fraction(part.days, _days_of_month(part.began or part.first_day))


def _is_shifted(proration: Proration, part: BilledPart) -> bool:
    longer_by = part.days - _days_of_month(part.first_day)
    longer, shorter = proration.when.longer, proration.when.shorter
    return (longer is not None and longer_by >= longer) or (
        shorter is not None and -longer_by >= shorter
    )


def length_to_prorate(per: Per, proration: Proration | None, part: BilledPart) -> Fraction:
    """Return how often a part bears an amount, before the amount is prorated.

    Of a month that is prorated it is once: the proration counts the days.
    """
    prorated = proration_factor(proration, part, per) is not None
    return Fraction(1) if prorated else length_in(per, part)


def length_in(unit: Per, part: BilledPart) -> Fraction:
    """Return the length of a part in a unit; months and years by the days of each."""
    match unit:
        case "period":
            return Fraction(1)
        case "day":
            return Fraction(part.days)
        case "month":
            return sum((Fraction(1, _days_of_month(day)) for day in _each_day(part)), Fraction())
        case "year":
            return sum((Fraction(1, _days_of_year(day)) for day in _each_day(part)), Fraction())


def _each_day(part: BilledPart) -> list[date]:
    return [part.first_day + n * ONE_DAY for n in range(part.days)]


def _days_of_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _days_of_year(day: date) -> int:
    return 366 if isleap(day.year) else 365
