"""`/marks`: what happened in a range, for the time axis of a picture."""

from fastapi import APIRouter

from bff.http.schemas import From, OneDevice, Room, Shelf, To
from bff.marks.query import select_events_of, select_price_changes
from bff.marks.response import marks_response
from bff.marks.schemas import Marks
from bff.register.register import find_place
from bff.services import UsedServices
from bff.time_grid import Interval, unix_milliseconds

router = APIRouter(tags=["cost"])


@router.get("/marks", summary="Changed prices and events of a range")
def get_marks(  # noqa: PLR0913, PLR0917 - the query parameters
    services: UsedServices,
    from_: From,
    to: To,
    room: Room = None,
    shelf: Shelf = None,
    device: OneDevice = None,
) -> Marks:
    """Works also while VictoriaMetrics is away."""
    register = services.register.current()
    place = find_place(register, room, shelf, device)
    interval = Interval(unix_milliseconds(from_), unix_milliseconds(to))
    prices = select_price_changes(services, register.home.currency, interval)
    events = select_events_of(services, register, place, interval)
    return marks_response(register.home, place, interval, prices, events)
