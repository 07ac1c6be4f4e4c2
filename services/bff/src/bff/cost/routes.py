"""`/cost`: what a place used in a range and what it cost."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.openapi.models import Example

from bff.cost.answer import answer
from bff.cost.bill import bill
from bff.cost.calendar import Bucket
from bff.cost.question import Question, cut
from bff.cost.schemas import Cost
from bff.database import reading, unix_milliseconds
from bff.instants import Instant
from bff.places.tree import find_place
from bff.prices.spans import price_spans
from bff.services import Used

router = APIRouter(tags=["cost"])

MARCH: dict[str, Example] = {"March in Tokyo": {"value": "2026-03-01T00:00:00+09:00"}}
APRIL: dict[str, Example] = {"April in Tokyo": {"value": "2026-04-01T00:00:00+09:00"}}

From = Annotated[
    Instant, Query(alias="from", description="The first instant.", openapi_examples=MARCH)
]
To = Annotated[Instant, Query(description="The first instant after it.", openapi_examples=APRIL)]
Room = Annotated[str | None, Query(description="Only this room.", examples=["study"])]
Shelf = Annotated[
    str | None,
    Query(description="Only this shelf; with its room where two have one.", examples=["rack_1"]),
]
OneDevice = Annotated[str | None, Query(description="Only this device.", examples=["server"])]
By = Annotated[Bucket | None, Query(description="One row for each hour, day or month.")]
GroupBy = Annotated[
    Literal["room", "shelf", "device"] | None, Query(description="One row for each such place.")
]


@router.get("/cost", summary="Energy and cost of a place over a range")
def get_cost(  # noqa: PLR0913, PLR0917 - the parameters of the address
    used: Used,
    from_: From,
    to: To,
    room: Room = None,
    shelf: Shelf = None,
    device: OneDevice = None,
    by: By = None,
    group_by: GroupBy = None,
) -> Cost:
    """Without room, shelf and device: the whole house. Rows add up to the total exactly.

    Hours, days and months are the house's; the first and last may be cut by the range.
    """
    home = used.home()
    place = find_place(home, room, shelf, device)
    question = Question(place, unix_milliseconds(from_), unix_milliseconds(to), by, group_by)
    rows = cut(home, question, home.zone)
    with reading(used.engine) as session:
        spans = price_spans(session, home.currency)
    priced = bill(used.energy_between, rows, spans, unix_milliseconds(used.now()))
    return answer(home, question, rows, priced)
