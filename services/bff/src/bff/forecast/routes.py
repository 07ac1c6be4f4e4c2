"""`/bills/{period}/forecast`: what the open period comes to."""

from fastapi import APIRouter

from bff.bills.periods import find_period
from bff.bills.query import compute_bills, load_tariff
from bff.bills.routes import PeriodKey
from bff.forecast.query import fetch_forecast
from bff.forecast.response import forecast_response
from bff.forecast.schemas import ForecastAnswer
from bff.services import UsedServices

router = APIRouter(prefix="/bills", tags=["bills"])


@router.get("/{period}/forecast", summary="What the open period comes to")
def get_forecast(services: UsedServices, period: PeriodKey) -> ForecastAnswer:
    """KWh and money with a range, and when the next tier begins. Never a part of a sum."""
    register = services.register.current()
    tariff = load_tariff(services, register)
    found = find_period(tariff, period, services.now().astimezone(tariff.zone).date())
    [bill] = compute_bills(services, register, tariff, [found])
    forecast = fetch_forecast(services, register, bill)
    if forecast is None:
        return ForecastAnswer(forecast=None)
    return ForecastAnswer(forecast=forecast_response(bill, forecast, register.home.currency))
