"""`/ledger`: where it stands, and making it again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body

from bff.database import instant, unix_milliseconds
from bff.grid import ALWAYS_MS, day_start
from bff.ledger.schemas import LedgerState, RebuildRange, RebuildState
from bff.ledger.store import doubt
from bff.services import Services, Used

router = APIRouter(prefix="/ledger", tags=["ledger"])


@router.get("", summary="Where the ledger stands")
def get_ledger(used: Used) -> LedgerState:
    """How far slots are closed, how old its knowledge is, and what is still to be made."""
    return _state(used)


@router.post("/rebuild", status_code=202, summary="Make slots again from their samples")
def rebuild(used: Used, which: Annotated[RebuildRange, Body()] = RebuildRange()) -> LedgerState:  # noqa: B008 - frozen
    """Begins at once, newest days first; figures of days not made yet are answered with 503.

    The result is the same as before unless samples changed unnoticed. Whole days (UTC) are
    made again where the range touches them.
    """
    start_ms = 0 if which.from_ is None else day_start(unix_milliseconds(which.from_))
    end_ms = ALWAYS_MS if which.to is None else unix_milliseconds(which.to)
    doubt(used.engine, start_ms, end_ms)
    used.ledger.board.doubt()
    return _state(used)


def _state(used: Services) -> LedgerState:
    standing, zone = used.ledger.board.now, used.home().zone

    def shown(at_ms: int | None) -> datetime | None:
        return None if at_ms is None else instant(at_ms).astimezone(zone)

    rebuild = standing.rebuild
    return LedgerState(
        closed_until=shown(standing.frontier_ms),
        looked_at=shown(None if standing.tail is None else standing.tail.end_ms),
        lag_seconds=standing.lag_seconds(used.ledger.now_ms()),
        dirty_slots=standing.dirty_slots,
        fully_counted=standing.counted_from_ms == 0,
        victoriametrics=standing.down,
        rebuild=RebuildState(
            running=rebuild is not None,
            progress=1.0 if rebuild is None else rebuild.progress,
            eta_seconds=0.0 if rebuild is None else rebuild.eta_seconds(),
        ),
    )
