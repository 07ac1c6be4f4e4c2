"""`/ledger/changes`: what new rules changed of the past."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter

from bff.changes.query import differs, select_months, select_version
from bff.changes.schemas import ChangedMonth, LedgerChanges
from bff.db.engine import read_session
from bff.db.tables import MonthChange
from bff.energy import exact_kwh
from bff.ledger.slots import VERSION
from bff.services import UsedServices
from bff.time_grid import in_zone

router = APIRouter(prefix="/ledger", tags=["ledger"])


@router.get("/changes", summary="What new rules of the ledger changed of the past")
def get_changes(services: UsedServices) -> LedgerChanges:
    """Energy and cost by month and device, as stored before the rules and as built by them.

    Costs are by the prices at that time. Corrected samples and prices of later do not count.
    """
    zone = services.home().zone
    with read_session(services.engine) as session:
        version = select_version(session)
        months = select_months(session) if version and version.finished_at else []
    finished_at = None if version is None else version.finished_at
    return LedgerChanges(
        rules_version=VERSION,
        began_at=None if version is None else version.began_at.astimezone(zone),
        finished_at=None if finished_at is None else finished_at.astimezone(zone),
        months=[_changed(row, zone) for row in months if differs(row)],
    )


def _changed(row: MonthChange, zone: ZoneInfo) -> ChangedMonth:
    return ChangedMonth(
        device=row.device,
        month=in_zone(row.month_unix_ms, zone),
        before_kwh=exact_kwh(row.before_uwh),
        after_kwh=exact_kwh(row.after_uwh),
        before_cost=row.before_cost,
        after_cost=row.after_cost,
        currency=row.currency,
    )
