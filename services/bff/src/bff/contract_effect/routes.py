"""`/contracts/effect`: what a change of contracts would do."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from bff.bills.periods import ONE_DAY, select_periods
from bff.bills.query import compute_bills
from bff.bills.routes import MAX_DAYS
from bff.contract_effect.query import (
    TriedContract,
    changed_bills,
    expected_totals,
    try_contract,
)
from bff.contract_effect.response import period_effect
from bff.contract_effect.schemas import ContractEffect, ContractTrial, PeriodEffect
from bff.contracts.period import Period
from bff.contracts.schemas import EXAMPLE_DOCUMENT
from bff.services import Services, UsedServices

router = APIRouter(prefix="/contracts", tags=["bills"])

NEW_CONTRACT = {
    "name": "Lighting B, 50 A",
    "document": EXAMPLE_DOCUMENT | {"valid_from": "2026-04-01"},
}
EXAMPLES: dict[str, Example] = {
    "add": {"value": {"action": "add", "contract": NEW_CONTRACT}},
    "change": {"value": {"action": "change", "id": 1, "contract": NEW_CONTRACT}},
    "delete": {"value": {"action": "delete", "id": 1}},
}


@router.post("/effect", summary="What a change of contracts would do, without doing it")
def try_contract_change(
    services: UsedServices, trial: Annotated[ContractTrial, Body(openapi_examples=EXAMPLES)]
) -> ContractEffect:
    """Refused (404, 409, 422) exactly when the change itself would be."""
    register = services.register.current()
    tried = try_contract(services, register, trial)
    tomorrow = services.now().astimezone(tried.before.zone).date() + ONE_DAY
    periods = select_periods(tried.before, tomorrow - timedelta(days=MAX_DAYS), tomorrow)
    bills = changed_bills(services, register, tried, periods)
    still_open = next((pair for pair in reversed(bills) if pair[0].is_open), None)
    totals = expected_totals(services, register, still_open) if still_open else None
    return ContractEffect(
        statement=tried.statement,
        currency=register.home.currency,
        periods=[
            period_effect(before.period, (before.total, after.total))
            for before, after in bills
            if before.total != after.total
        ],
        forecast=period_effect(still_open[0].period, totals) if still_open and totals else None,
        last_period_as_if=_last_period(
            services, tried, [before.period for before, _ in bills if not before.is_open]
        ),
    )


def _last_period(
    services: Services, tried: TriedContract, over: list[Period]
) -> PeriodEffect | None:
    if tried.always is None or not over:
        return None
    register = services.register.current()
    before, after = (
        compute_bills(services, register, tariff, over[-1:], tried.statement)[0].total
        for tariff in (tried.before, tried.always)
    )
    return period_effect(over[-1], (before, after))
