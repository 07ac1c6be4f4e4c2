"""`/house`, `/places` and `/devices`: the house, its places and devices with present values."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Response

from bff.http.schemas import DeviceId, json_response
from bff.names import full_names
from bff.places.query import fetch_present, fetch_present_states, fetch_states
from bff.places.response import house_node
from bff.places.schemas import DeviceState, House, PlaceNode, ReadingPeriod
from bff.readings.periods import follows_calendar_months, periods_within
from bff.readings.query import select_readings
from bff.register.register import device_by_id
from bff.services import Services, UsedServices
from home_model.config import Device

router = APIRouter(tags=["live"])

TWO_YEARS = timedelta(days=730)
ONE_DAY = timedelta(days=1)


@router.get("/house", summary="The house: zone, currency, time")
def get_house(services: UsedServices) -> House:
    """Works also while VictoriaMetrics is away."""
    home = services.home()
    now = services.now().astimezone(home.zone)
    return House(
        house=home.house,
        name=full_names(home.house, home.name),
        time_zone=home.time_zone,
        currency=home.currency,
        virtual=services.settings.virtual_home,
        now=now,
        billing_periods=list(_billing_periods(services, now.date())),
    )


def _billing_periods(services: Services, today: date) -> Iterator[ReadingPeriod]:
    readings = services.cached(select_readings)
    if follows_calendar_months(readings):
        return
    for each in periods_within(readings, today - TWO_YEARS, today + ONE_DAY):
        yield ReadingPeriod(first_day=each.first_day, end_day=each.end_day)


@router.get("/places", summary="The place tree with watts now", response_model=PlaceNode)
def get_places(services: UsedServices) -> Response:
    """House, rooms, shelves and devices; each with the sum of what is up in it."""
    home = services.home()
    return json_response(house_node(home, fetch_present_states(services, home).states))


@router.get(
    "/devices", summary="All devices and their present values", response_model=list[DeviceState]
)
def list_devices(services: UsedServices) -> Response:
    """In configuration order. A value without a reading is null, never 0.

    Of a device that is down or silent, `at` and `age_seconds` show since when.
    """
    return json_response(_states_with_voltage(services, services.home().devices))


@router.get("/devices/{device}", summary="One device and its present values")
def get_device(services: UsedServices, device: DeviceId) -> DeviceState:
    """404 lists the devices of the house."""
    (state,) = _states_with_voltage(services, [device_by_id(services.register.current(), device)])
    return state


def _states_with_voltage(services: Services, devices: Sequence[Device]) -> list[DeviceState]:
    home = services.home()
    present = fetch_present(services, home, with_voltage=True)
    return fetch_states(services, home, devices, with_last_reading=True, present=present)
