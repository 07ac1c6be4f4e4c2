"""`/history`: who changed what when, and undoing it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bff.db.engine import read_session, write_session
from bff.db.revisions import ObjectType
from bff.history import query
from bff.history.response import revision_row
from bff.history.schemas import RevisionList, RevisionRow
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.services import UsedServices

router = APIRouter(prefix="/history", tags=["prices"], route_class=RepeatedRoute)

RevisionId = Annotated[int, Path(description="The id of a change.", examples=[1])]
OfObject = Annotated[
    ObjectType | None, Query(alias="object", description="Only changes of such objects.")
]
Skip = Annotated[int, Query(ge=0, le=1_000_000, description="Leave out so many of the newest.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many.")]


@router.get("", summary="Who changed what when, newest first")
def list_history(
    services: UsedServices, of: OfObject = None, skip: Skip = 0, max_revisions: Limit = 100
) -> RevisionList:
    """Prices, contracts, series, reading dates, real bills and budgets, with before and after."""
    zone = services.home().zone
    with read_session(services.engine) as session:
        total, page = query.select_revisions(session, of, skip, max_revisions)
        return RevisionList(total=total, revisions=[revision_row(row, zone) for row in page])


@router.post("/{revision_id:int}/undo", summary="Undo a change")
def undo_revision(
    services: UsedServices, author: UsedAuthor, revision_id: RevisionId
) -> RevisionRow:
    """What was before the change is there again; refused (409) where it was changed since."""
    with write_session(services.engine) as session:
        row = query.undo_revision(session, revision_id, author)
    return revision_row(row, services.home().zone)
