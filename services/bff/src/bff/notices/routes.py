"""`/notices`: list what needs attention, acknowledge it, and take that back."""

from typing import Annotated

from fastapi import APIRouter, Path

from bff.db.engine import write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.notices import query
from bff.notices.response import acknowledged, ordered, with_acknowledgements
from bff.notices.rules import find_notices
from bff.notices.schemas import AcknowledgementInput, Notice, NoticeList
from bff.places.query import PresentStates
from bff.services import Services, UsedServices
from bff.victoriametrics.errors import down_error
from service_kit.problems import ProblemError

router = APIRouter(prefix="/notices", tags=["live"], route_class=RepeatedRoute)

NoticeId = Annotated[str, Path(description="The id of a notice.", examples=["device_down.kettle"])]


@router.get("", summary="What needs attention")
def list_notices(services: UsedServices) -> NoticeList:
    """Each with a code, since when, and who has seen it. Works also while VictoriaMetrics is away.

    Acknowledged notices are in the list until they are over; a page does not show them.
    """
    return notice_list(services)


def notice_list(services: Services, known: PresentStates | None = None) -> NoticeList:
    """Return the notices, of states that are fetched where they are not known."""
    facts = query.fetch_facts(services, known)
    rows = services.cached(query.select_acknowledgements)
    zone = facts.home.zone
    notices = with_acknowledgements(find_notices(facts), rows, zone)
    return NoticeList(
        now=facts.now.astimezone(zone), notices=ordered(notices), budgets=list(facts.budgets)
    )


@router.put("/{notice_id}/acknowledgement", summary="Acknowledge a notice")
def acknowledge(
    services: UsedServices, author: UsedAuthor, notice_id: NoticeId, wanted: AcknowledgementInput
) -> Notice:
    """It stays away until it changes. 409 when it has changed since it was read."""
    facts = query.fetch_facts(services)
    try:
        notice = query.find_notice(find_notices(facts), notice_id)
    except ProblemError:
        if facts.victoriametrics_error is None:
            raise
        # It may be about a device, whose state is not known now.
        raise down_error(facts.victoriametrics_error) from None
    with write_session(services.engine) as session:
        row = query.save_acknowledgement(
            session, notice, wanted, author.login or wanted.acknowledged_by, facts.now
        )
    return acknowledged(notice, row, facts.home.zone)


@router.delete(
    "/{notice_id}/acknowledgement", status_code=204, summary="Take an acknowledgement back"
)
def delete_acknowledgement(services: UsedServices, notice_id: NoticeId) -> None:
    """The notice is shown again."""
    with write_session(services.engine) as session:
        query.delete_acknowledgement(session, notice_id)
