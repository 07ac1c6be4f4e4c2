"""`/budgets`: what a month may cost, beside what it costs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bff.budgets import query
from bff.budgets.response import budget_row
from bff.budgets.schemas import BudgetInput, BudgetRow
from bff.db.engine import read_session, write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.register.register import device_by_id
from bff.services import UsedServices

router = APIRouter(prefix="/budgets", tags=["bills"], route_class=RepeatedRoute)

MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"
BudgetMonth = Annotated[
    str,
    Path(
        pattern=MONTH_PATTERN,
        description="The month that the bill bears.",
        examples=["2026-06"],
    ),
]
OfMonth = Annotated[
    str | None,
    Query(
        pattern=MONTH_PATTERN,
        description="Only of this month; those of the open reading period are also in `/notices`.",
        examples=["2026-06"],
    ),
]
OfDevice = Annotated[
    str, Query(description="A device; left out: the house.", examples=[""], max_length=63)
]


@router.get("", summary="Budgets, and what their months cost")
def list_budgets(services: UsedServices, month: OfMonth = None) -> list[BudgetRow]:
    """Newest first. An open month has a forecast once there are three days of data."""
    register = services.register.current()
    with read_session(services.engine) as session:
        budgets = query.select_budgets(session, month)
    months = query.fetch_months(services, register, budgets)
    return [budget_row(month, register.home.currency) for month in months]


@router.put("/{month}", summary="Set the budget of a month")
def save_budget(
    services: UsedServices,
    author: UsedAuthor,
    month: BudgetMonth,
    wanted: BudgetInput,
    device: OfDevice = "",
) -> BudgetInput:
    """Of the house, or of a device. Sent again it changes nothing."""
    if device:
        device_by_id(services.register.current(), device)
    with write_session(services.engine) as session:
        query.save_budget(session, month, device, wanted.amount, author)
    return wanted


@router.delete("/{month}", status_code=204, summary="Delete the budget of a month")
def delete_budget(
    services: UsedServices, author: UsedAuthor, month: BudgetMonth, device: OfDevice = ""
) -> None:
    """`/history` undoes it."""
    with write_session(services.engine) as session:
        query.delete_budget(session, month, device, author)
