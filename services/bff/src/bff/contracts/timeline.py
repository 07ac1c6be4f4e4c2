"""Which contract bills which days of a reading period. Pure.

A contract that is valid from a date cuts the period there into two parts; one that is valid from
a bill month has the whole period. It holds until the next one of the same statement begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bff.contracts.document import ContractDocument
from bff.contracts.period import BilledPart, Period, month_name


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract of the house.

    Attributes:
        valid_to: The first day on which it no longer holds, whatever follows.
    """

    contract_id: int
    name: str
    document: ContractDocument
    valid_to: date | None = None

    @property
    def since(self) -> date:
        """When it begins; for a bill month the month's first day, only to put it in order."""
        valid_from = self.document.valid_from
        if valid_from is None:
            return date.min
        return date.fromisoformat(valid_from if is_date(valid_from) else f"{valid_from}-01")


@dataclass(frozen=True, slots=True)
class ContractPart:
    """Days of a reading period, and the contract that bills them."""

    agreed: Agreed
    part: BilledPart


def parts_of(period: Period, contracts: Sequence[Agreed]) -> list[ContractPart]:
    """Return the parts of a period, earliest first; days without a contract are in none.

    Args:
        period: A reading period.
        contracts: Those of one statement.
    """
    days = list(_days_of(period, contracts))
    if not days:
        return []
    first_day, end_day = days[0][1].first_day, days[-1][1].end_day
    return [
        ContractPart(
            agreed,
            BilledPart(
                each.first_day,
                each.end_day,
                period_days=period.days,
                is_cut=each != period,
                month=month_name(first_day, end_day, agreed.document.months),
                began=first_day,
            ),
        )
        for agreed, each in days
    ]


def _days_of(period: Period, contracts: Sequence[Agreed]) -> Iterator[tuple[Agreed, Period]]:
    begun = [
        (first_day, agreed)
        for agreed in sorted(contracts, key=lambda one: one.since)
        if (first_day := _first_day(agreed, period)) is not None
    ]
    next_days = [*(first_day for first_day, _ in begun[1:]), period.end_day]
    # Without any contract there is one end and nothing to end.
    for (first_day, agreed), next_day in zip(begun, next_days, strict=False):
        end_day = min(next_day, agreed.valid_to or next_day)
        if first_day < end_day:
            yield agreed, Period(first_day, end_day)


def _first_day(agreed: Agreed, period: Period) -> date | None:
    """Return the first day of a period that a contract bills; None before it begins."""
    valid_from = agreed.document.valid_from
    if valid_from is None or is_date(valid_from):
        first_day = max(agreed.since, period.first_day)
        return first_day if first_day < period.end_day else None
    month = month_name(period.first_day, period.end_day, agreed.document.months)
    return period.first_day if valid_from <= month else None


def is_date(valid_from: str) -> bool:
    """Return whether a `valid_from` is a day, and not a bill month."""
    return len(valid_from) > len("2026-05")
