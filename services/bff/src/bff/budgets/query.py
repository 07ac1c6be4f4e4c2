"""Select and save budgets, and what their months cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.bills.periods import ONE_DAY, month_of_period, periods_of_month, select_periods
from bff.bills.query import PeriodBill, compute_bills, load_tariff
from bff.contracts.shares import average_shares
from bff.db.revisions import Author, State, record
from bff.db.tables import Budget
from bff.energy import MONEY_EXPONENT, plain
from bff.forecast.query import Forecast, fetch_forecast
from bff.register.register import Register
from bff.services import Services
from service_kit.problems import not_found

HOUSE = ""


@dataclass(frozen=True, slots=True)
class BudgetedMonth:
    """A budget, the bill of its month and what that comes to."""

    budget: Budget
    bill: PeriodBill | None
    spent: Fraction | None
    expected: Fraction | None


def select_budgets(session: Session, month: str | None = None) -> Sequence[Budget]:
    """Select the budgets of a month or all: newest month first, the house before devices."""
    wanted = select(Budget).order_by(Budget.month.desc(), Budget.device)
    return session.scalars(wanted if month is None else wanted.where(Budget.month == month)).all()


def select_current_budgets(services: Services, register: Register) -> Sequence[Budget]:
    """Select the budgets of the reading period that is open now."""
    if not services.cached(select_budgets):
        return ()  # of most houses: no reading period needs to be found
    tariff = load_tariff(services, register)
    today = services.now().astimezone(tariff.zone).date()
    months = {
        month_of_period(tariff, each) for each in select_periods(tariff, today, today + ONE_DAY)
    }
    return [row for month in months for row in services.cached(select_budgets, month)]


def save_budget(
    session: Session, month: str, device: str, amount: Decimal, author: Author
) -> Budget:
    """Set a budget."""
    key = budget_key(month, device)
    before = budget_state(session, key)
    row = session.merge(Budget(device=device, month=month, amount=plain(amount)))
    session.flush()
    record(session, author, "budget", key, (before, budget_state(session, key)))
    return row


def delete_budget(session: Session, month: str, device: str, author: Author) -> None:
    """Delete a budget.

    Raises:
        ProblemError: 404.
    """
    key = budget_key(month, device)
    before = budget_state(session, key)
    if before is None:
        known = [budget_key(row.month, row.device) for row in select_budgets(session)[:20]]
        raise not_found(key, what="budget", known=known)
    session.delete(session.get_one(Budget, (device, month)))
    session.flush()
    record(session, author, "budget", key, (before, None))


def budget_key(month: str, device: str) -> str:
    """Return the key that a budget is recorded by."""
    return f"{month} {device}".strip()


def budget_state(session: Session, key: str) -> State:
    """Return a budget as it is recorded."""
    month, _, device = key.partition(" ")
    row = session.get(Budget, (device, month))
    return None if row is None else {"amount": row.amount}


def restore_budget(session: Session, key: str, state: State) -> None:
    """Write a recorded state."""
    month, _, device = key.partition(" ")
    if state is not None:
        session.merge(Budget(device=device, month=month, amount=state["amount"]))
    elif (row := session.get(Budget, (device, month))) is not None:
        session.delete(row)


def fetch_months(
    services: Services, register: Register, budgets: Sequence[Budget]
) -> Iterator[BudgetedMonth]:
    """Fetch what the months of budgets cost and are expected to cost."""
    if not budgets:
        return
    tariff = load_tariff(services, register)
    bills: dict[str, tuple[PeriodBill | None, Forecast | None]] = {}
    for budget in budgets:
        if budget.month not in bills:
            periods = periods_of_month(tariff, budget.month)
            found = compute_bills(services, register, tariff, periods[:1])
            bill = found[0] if found else None
            forecast = fetch_forecast(services, register, bill) if bill else None
            bills[budget.month] = bill, forecast
        yield _budgeted(budget, *bills[budget.month])


def _budgeted(budget: Budget, bill: PeriodBill | None, forecast: Forecast | None) -> BudgetedMonth:
    if bill is None:
        return BudgetedMonth(budget, None, None, None)
    if budget.device == HOUSE:
        expected = forecast.totals[1] if forecast else None
        return BudgetedMonth(budget, bill, bill.total, expected)
    spent, uwh = Fraction(), 0
    for part in bill.parts:
        usage = part.devices.get(budget.device)
        if part.bill and usage is not None:
            shares = average_shares(part.bill, {budget.device: usage}, part.used)
            spent += Fraction(shares.devices_e21[budget.device], 10**MONEY_EXPONENT)
            uwh += usage.total_uwh
    expected = None
    if forecast is not None and uwh > 0:
        # At the price of a kWh so far.
        expected = spent * forecast.device_uwh.get(budget.device, uwh) / uwh
    return BudgetedMonth(budget, bill, spent, expected)
