"""Budgets as the API shows them. Pure."""

from decimal import Decimal
from fractions import Fraction

from bff.budgets.query import HOUSE, BudgetedMonth
from bff.budgets.schemas import BudgetRow, BudgetState
from bff.contracts.rounding import decimal_text


def budget_row(month: BudgetedMonth, currency: str) -> BudgetRow:
    """Return a budget beside what its month costs."""
    period = month.bill.period if month.bill else None
    return BudgetRow(
        device=None if month.budget.device == HOUSE else month.budget.device,
        month=month.budget.month,
        amount=month.budget.amount,
        currency=currency,
        first_day=period.first_day if period else None,
        end_day=period.end_day if period else None,
        spent=_text(month.spent),
        expected=_text(month.expected),
        state=_state(month),
    )


def _state(month: BudgetedMonth) -> BudgetState:
    amount = Decimal(month.budget.amount)
    if month.spent is None:
        return "unknown"
    if month.spent > Fraction(amount):
        return "over"
    return "forecast_over" if (month.expected or 0) > Fraction(amount) else "within"


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value, 6)
