"""`/events`: list what is doubtful, answer it, and take an answer back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from bff.db.engine import read_session, write_session
from bff.events import query
from bff.events.response import event_row
from bff.events.schemas import AnswerInput, EventList, EventQuery, EventRow
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.services import UsedServices

router = APIRouter(prefix="/events", tags=["ledger"], route_class=RepeatedRoute)

EventId = Annotated[str, Path(description="The id of an event.", examples=["3f0c9a5be1d27746"])]


@router.get("", summary="List events, newest first")
def list_events(services: UsedServices, wanted: Annotated[EventQuery, Query()]) -> EventList:
    """What is doubtful about counters and devices. Works also while VictoriaMetrics is away."""
    zone = services.home().zone
    with read_session(services.engine) as session:
        total, page = query.select_events(session, wanted)
        return EventList(total=total, events=[event_row(event, zone) for event in page])


@router.get("/{event_id}", summary="One event")
def get_event(services: UsedServices, event_id: EventId) -> EventRow:
    """404 lists the newest ids."""
    with read_session(services.engine) as session:
        return event_row(query.select_event(session, event_id), services.home().zone)


@router.post("/{event_id}/answer", status_code=201, summary="Answer an event")
def add_answer(
    services: UsedServices,
    author: UsedAuthor,
    response: Response,
    event_id: EventId,
    wanted: AnswerInput,
) -> EventRow:
    """The slots of its days follow at once: requests for them wait, or get 503 with Retry-After.

    409 names the answer that is stored already: delete it to answer anew. `rebuild` cannot be
    taken back.
    """
    with write_session(services.engine) as session:
        row = query.add_answer(
            session, event_id, wanted, author.login or wanted.answered_by, author.at
        )
    services.ledger.status.invalidate_days(row.device, query.days_of(row))
    response.headers["Location"] = f"/api/v1/events/{row.id}"
    return event_row(row, services.home().zone)


@router.delete("/{event_id}/answer", status_code=204, summary="Take an answer back")
def delete_answer(services: UsedServices, event_id: EventId) -> None:
    """The event is open again, and its energy missing."""
    with write_session(services.engine) as session:
        row = query.delete_answer(session, event_id)
    services.ledger.status.invalidate_days(row.device, query.days_of(row))
