"""`/ledger`: its state, and rebuilding it."""

from typing import Annotated

from fastapi import APIRouter, Body

from bff.db.engine import write_session
from bff.http.repeated import RepeatedRoute
from bff.ledger.store import delete_archived, invalidate
from bff.ledger_state.response import ledger_state
from bff.ledger_state.schemas import LedgerState, RebuildRange
from bff.services import UsedServices
from bff.time_grid import FAR_FUTURE_MS, Interval, day_start, unix_milliseconds

router = APIRouter(prefix="/ledger", tags=["ledger"], route_class=RepeatedRoute)


@router.get("", summary="The state of the ledger")
def get_ledger(services: UsedServices) -> LedgerState:
    """How far slots are closed, how old its data is, and what is still to be rebuilt."""
    return ledger_state(services.ledger, services.home().zone)


@router.post("/rebuild", status_code=202, summary="Rebuild slots from their samples")
def rebuild(
    services: UsedServices,
    which: Annotated[RebuildRange, Body()] = RebuildRange(),  # noqa: B008 - frozen
) -> LedgerState:
    """Begins at once, newest days first; requests for days not rebuilt yet get 503.

    The result is the same as before unless samples changed unnoticed. Whole days (UTC) are
    rebuilt where the range touches them. Archived days, whose samples are lost, are kept.
    """
    start_ms = 0 if which.from_ is None else day_start(unix_milliseconds(which.from_))
    end_ms = FAR_FUTURE_MS if which.to is None else unix_milliseconds(which.to)
    with write_session(services.engine) as session:
        if which.accept_loss:
            lost = delete_archived(session, Interval(start_ms, end_ms))
            for device, days in lost.items():
                services.ledger.status.invalidate_days(device, days)
        invalidate(session, start_ms, end_ms)
    services.ledger.status.invalidate()
    return ledger_state(services.ledger, services.home().zone)
