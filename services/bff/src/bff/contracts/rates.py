"""Rates by bill month, and what a bill lacks because a rate is not there yet. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bff.contracts.document import ExportLine, FirstKwh, PercentLine, PerKwhLine

type MonthRates = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class BillMonth:
    """The month whose rates a period bears, and the first day of the part that is charged."""

    month: str
    first_day: date


@dataclass(frozen=True, slots=True)
class Rates:
    """The monthly series that lines refer to: values by series and bill month."""

    by_series: MonthRates = field(default_factory=dict)


def rate_per_kwh(line: PerKwhLine | ExportLine, month: BillMonth, rates: Rates) -> Fraction | None:
    """Return a line's rate in a bill month; None when it is not known."""
    if line.price is not None:
        return Fraction(line.price)
    if line.series is not None:
        return _fraction(rates.by_series.get(line.series, {}).get(month.month))
    if line.by_month is not None:
        return _fraction(line.by_month.get(month.month))
    if isinstance(line, PerKwhLine) and line.from_ is not None:
        return rate_since(line.from_, month)
    return None


def percent_rate(line: PercentLine, month: BillMonth) -> Fraction | None:
    """Return a percentage in a bill month; None when none holds yet."""
    if line.percent is not None:
        return Fraction(line.percent)
    return rate_since(line.from_ or (), month)


def first_amount(first: FirstKwh, month: BillMonth, rates: Rates) -> Fraction | None:
    """Return the published amount of the first kWh of a month; None when it is not known."""
    published = first.by_month or {}
    if first.series is not None:
        published = rates.by_series.get(first.series, {})
    return _fraction(published.get(month.month))


def rate_since(rates: Sequence[tuple[str, Decimal]], month: BillMonth) -> Fraction | None:
    """Return the newest rate that has begun: by bill month, or by date for a key with a day."""
    begun = [(since, rate) for since, rate in rates if _has_begun(since, month)]
    return Fraction(max(begun, key=lambda entry: _day(entry[0]))[1]) if begun else None


def _has_begun(since: str, month: BillMonth) -> bool:
    if len(since) == len("2026-05"):
        return since <= month.month
    return _day(since) <= month.first_day


def _day(since: str) -> date:
    return date.fromisoformat(since if len(since) > len("2026-05") else f"{since}-01")


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
