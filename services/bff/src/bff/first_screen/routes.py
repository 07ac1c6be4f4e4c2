"""`/first_screen`: what the page asks for first, before its scripts have arrived."""

from fastapi import APIRouter, Response

from bff.cost.routes import unit_price_costs
from bff.first_screen.query import questions
from bff.first_screen.schemas import FirstScreen
from bff.http.schemas import OneDevice, Room, Shelf, json_response
from bff.marks.routes import get_marks
from bff.notices.routes import notice_list
from bff.places.query import fetch_present_states
from bff.places.response import house_node
from bff.places.routes import get_house
from bff.register.register import find_place
from bff.services import UsedServices, limit_concurrency
from bff.time_grid import in_zone

router = APIRouter(tags=["live"])


@router.get(
    "/first_screen",
    summary="All that the first screen of a place shows",
    response_model=FirstScreen,
)
@limit_concurrency
def get_first_screen(
    services: UsedServices, room: Room = None, shelf: Shelf = None, device: OneDevice = None
) -> Response:
    """The same responses that the single requests give, without a round trip for each."""
    house, register = get_house(services), services.register.current()
    place = find_place(register, room, shelf, device)
    queries = list(questions(place, house.now, register.home.zone))
    costs = unit_price_costs(services, register, queries)
    home = services.home()
    known = fetch_present_states(services, home)
    month = queries[0]
    from_, to = in_zone(month.from_ms, register.home.zone), in_zone(month.to_ms, register.home.zone)
    return json_response(
        {
            "house": house,
            "places": house_node(home, known.states),
            "notices": notice_list(services, known),
            "marks": get_marks(services, from_, to, room, shelf, device),
            "costs": [
                {"by": query.by, "group_by": query.group_by, "cost": cost}
                for query, cost in zip(queries, costs, strict=True)
            ],
        }
    )
