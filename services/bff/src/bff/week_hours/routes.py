"""`/week_hours`: at what hours of the week a place uses energy."""

from fastapi import APIRouter

from bff.cost.query import CostQuery
from bff.http.schemas import From, OneDevice, Room, Shelf, To
from bff.register.register import find_place
from bff.services import UsedServices, limit_concurrency
from bff.time_grid import unix_milliseconds
from bff.week_hours.query import fetch_week_hours
from bff.week_hours.response import week_hours_response
from bff.week_hours.schemas import WeekHours

router = APIRouter(tags=["cost"])


@router.get("/week_hours", summary="Energy and cost of a place by hour of the week")
@limit_concurrency
def get_week_hours(  # noqa: PLR0913, PLR0917 - the query parameters
    services: UsedServices,
    from_: From,
    to: To,
    room: Room = None,
    shelf: Shelf = None,
    device: OneDevice = None,
) -> WeekHours:
    """All Mondays from 18:00 to 19:00 together, and so on: they add up to the range exactly."""
    register = services.register.current()
    place = find_place(register, room, shelf, device)
    query = CostQuery(place, unix_milliseconds(from_), unix_milliseconds(to), "hour")
    found = fetch_week_hours(services, register, query)
    return week_hours_response(register.home, query, found)
