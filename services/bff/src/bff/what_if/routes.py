"""`/contracts/what_if`: any contract on the past of the house."""

from fastapi import APIRouter

from bff.bills.periods import ONE_DAY, select_periods
from bff.bills.query import load_tariff
from bff.bills.routes import days_of
from bff.services import UsedServices
from bff.what_if.query import bills_with_both
from bff.what_if.response import what_if_response
from bff.what_if.schemas import WhatIf, WhatIfInput

router = APIRouter(prefix="/contracts", tags=["bills"])


@router.post("/what_if", summary="Any contract on the past of the house")
def try_contract(services: UsedServices, wanted: WhatIfInput) -> WhatIf:
    """Nothing is saved. Each period's bill by both contracts, and how the energy lies in them."""
    register = services.register.current()
    tariff = load_tariff(services, register)
    tomorrow = services.now().astimezone(tariff.zone).date() + ONE_DAY
    periods = select_periods(tariff, *days_of(wanted.from_, wanted.to or tomorrow))
    both = bills_with_both(services, register, tariff, wanted, periods)
    return what_if_response(both, register.home.currency)
