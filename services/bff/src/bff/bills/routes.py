"""`/bills`: what the supplier charges for each reading period, and each device's part of it."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from bff.bills.periods import CURRENT, find_period, select_periods
from bff.bills.query import compute_bills, load_tariff
from bff.bills.response import bill_response
from bff.bills.schemas import Bill, PeriodBills
from bff.http.schemas import Day
from bff.services import UsedServices, limit_concurrency
from service_kit.problems import wrong_input

router = APIRouter(prefix="/bills", tags=["bills"])

MAX_DAYS = 800
YEAR = timedelta(days=365)
ONE_DAY = timedelta(days=1)

FromDay = Annotated[
    Day | None,
    Query(
        alias="from",
        description="Periods that have a day since this one; by default a year before `to`.",
        examples=["2026-01-01"],
    ),
]
ToDay = Annotated[
    Day | None,
    Query(description="Periods that begin before this day; by default tomorrow."),
]
WithShares = Annotated[bool, Query(description="true: with each device's average share.")]
WithMarginal = Annotated[
    bool, Query(description="true: also what would not have been billed without each device.")
]
PeriodKey = Annotated[
    str,
    Path(
        pattern=r"^(current|\d{4}-\d\d(-\d\d)?)$",
        description="The first day of a reading period, the month that its bill bears, or"
        " `current`.",
        examples=[CURRENT],
    ),
]


@router.get("", summary="List bills, earliest first")
@limit_concurrency
def list_bills(
    services: UsedServices, from_: FromDay = None, to: ToDay = None, *, shares: WithShares = False
) -> list[Bill]:
    """Of what is used; a statement of what is sold is with each bill. The last one is open."""
    register = services.register.current()
    tariff = load_tariff(services, register)
    tomorrow = services.now().astimezone(tariff.zone).date() + ONE_DAY
    periods = select_periods(tariff, *days_of(from_, to or tomorrow))
    bills = compute_bills(services, register, tariff, periods)
    return [bill_response(bill, register.home.currency, shares=shares) for bill in bills]


@router.get("/{period}", summary="One bill, with each device's part of it")
@limit_concurrency
def get_bill(
    services: UsedServices, period: PeriodKey, *, marginal: WithMarginal = False
) -> PeriodBills:
    """Devices, rest, house lines and rounding add up to the total exactly.

    An open period has the bill so far. A bill that lacks a rate is provisional and names it.
    """
    register = services.register.current()
    tariff, currency = load_tariff(services, register), register.home.currency
    found = find_period(tariff, period, services.now().astimezone(tariff.zone).date())
    [bill] = compute_bills(services, register, tariff, [found])
    sold = load_tariff(services, register, "export")
    statements = (
        compute_bills(services, register, sold, [found], "export") if sold.contracts else []
    )
    return PeriodBills(
        bill=bill_response(bill, currency, shares=True, marginal=marginal),
        sold=next((bill_response(each, currency) for each in statements), None),
    )


def days_of(from_: date | None, end_day: date) -> tuple[date, date]:
    """Return the days of a range; by default a year.

    Raises:
        ProblemError: 422, it is empty or too long.
    """
    first_day = from_ or end_day - YEAR
    if not ONE_DAY <= end_day - first_day <= timedelta(days=MAX_DAYS):
        message = f"from must be before to, at most {MAX_DAYS} days"
        raise wrong_input(message, where="query.from", what_to_do="Request a shorter range.")
    return first_day, end_day
