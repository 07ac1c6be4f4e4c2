"""`/first_screen`: what the page asks for first, before its scripts have arrived."""

from fastapi import APIRouter

from bff.cost.routes import get_cost
from bff.first_screen.query import questions
from bff.first_screen.schemas import CostAnswer, FirstScreen
from bff.http.params import OneDevice, Room, Shelf
from bff.marks.routes import get_marks
from bff.notices.routes import list_notices
from bff.place_tree import find_place
from bff.places.routes import get_house, get_places
from bff.services import UsedServices

router = APIRouter(tags=["live"])


@router.get("/first_screen", summary="All that the first screen of a place shows")
def get_first_screen(
    services: UsedServices, room: Room = None, shelf: Shelf = None, device: OneDevice = None
) -> FirstScreen:
    """The same responses that the single requests give, without a round trip for each."""
    house = get_house(services)
    place = find_place(services.register.current(), room, shelf, device)
    asked_costs = list(questions(place.level, house.now, services.home().zone))
    month = asked_costs[0]
    return FirstScreen(
        house=house,
        places=get_places(services),
        notices=list_notices(services),
        marks=get_marks(services, month.from_, month.to, room, shelf, device),
        costs=[
            CostAnswer(
                by=asked.by,
                group_by=asked.group_by,
                cost=get_cost(
                    services,
                    asked.from_,
                    asked.to,
                    room,
                    shelf,
                    device,
                    asked.by,
                    asked.group_by,
                ),
            )
            for asked in asked_costs
        ],
    )
