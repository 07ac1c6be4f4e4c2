"""`/overview`: the first screen of a place in one request."""

from fastapi import APIRouter

from bff.http.schemas import OneDevice, Room, Shelf, place_ref
from bff.overview.periods import running_period
from bff.overview.query import PERIODS, fetch_amounts, fetch_usual_watts
from bff.overview.response import devices_not_up, period_overview
from bff.overview.schemas import Overview
from bff.places.query import fetch_states
from bff.places.response import is_in, place_live
from bff.register.register import find_place
from bff.services import UsedServices, limit_concurrency
from bff.time_grid import unix_milliseconds

router = APIRouter(tags=["cost"])


@router.get("/overview", summary="Watts now, today and this month of a place")
@limit_concurrency
def get_overview(
    services: UsedServices, room: Room = None, shelf: Shelf = None, device: OneDevice = None
) -> Overview:
    """Without room, shelf and device: the whole house. Today and this month are the house's.

    A running period is compared with the same elapsed part of the period before.
    """
    register, now = services.register.current(), services.now()
    home = register.home
    place = find_place(register, room, shelf, device)
    now_ms = unix_milliseconds(now)
    # What is behind a meter may be in another place.
    everywhere = fetch_states(services, home, home.devices, with_last_reading=True)
    states = [state for state in everywhere if is_in(state, place)]
    periods = {name: running_period(name, now, home.zone) for name in PERIODS}
    amounts = fetch_amounts(services, register, place, periods, now_ms)
    not_up = [state.device for state in states if state.state != "up"]
    shown = {
        name: period_overview(period, amounts[name], now_ms, home.zone)
        for name, period in periods.items()
    }
    return Overview(
        place=place_ref(place),
        time_zone=home.time_zone,
        currency=home.currency,
        now=now.astimezone(home.zone),
        live=place_live(home, place, everywhere, states),
        not_up=devices_not_up(states, fetch_usual_watts(services, not_up, now_ms)),
        today=shown["today"],
        this_month=shown["this_month"],
    )
