"""`/real_bills`: what the supplier's bills come to, beside ours."""

import logging
from typing import Annotated

from fastapi import APIRouter, Path, Query

from bff.contracts.document import Statement
from bff.db.engine import read_session, write_session
from bff.db.tables import RealBill
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.http.schemas import Day
from bff.ledger.ledger import LedgerStaleError
from bff.real_bills import query
from bff.real_bills.response import real_bill_row
from bff.real_bills.schemas import RealBillInput, RealBillRow
from bff.services import Services, UsedServices
from bff.victoriametrics.errors import VictoriaMetricsDownError

LOG = logging.getLogger(__name__)

router = APIRouter(prefix="/real_bills", tags=["bills"], route_class=RepeatedRoute)

FirstDay = Annotated[
    Day, Path(description="The first day of the reading period.", examples=["2026-05-11"])
]
OfStatement = Annotated[Statement, Query(description="Of what is used, or of what is sold.")]


@router.get("", summary="Real bills beside ours, newest first")
def list_real_bills(services: UsedServices) -> list[RealBillRow]:
    """With what explains the difference: other kWh, and line by line."""
    register = services.register.current()
    with read_session(services.engine) as session:
        rows = query.select_real_bills(session)
    both = query.compare(services, register, rows)
    return [real_bill_row(each, register.home.currency) for each in both]


@router.put("/{first_day}", summary="Enter what a real bill comes to")
def save_real_bill(
    services: UsedServices,
    author: UsedAuthor,
    first_day: FirstDay,
    wanted: RealBillInput,
    statement: OfStatement = "import",
) -> RealBillInput:
    """Sent again it changes nothing. Where our kWh are more than 2 % off, that is an event."""
    with write_session(services.engine) as session:
        row = query.save_real_bill(session, first_day, statement, wanted, author)
    _note_drift(services, row)
    return wanted


def _note_drift(services: Services, row: RealBill) -> None:
    register = services.register.current()
    try:
        [both] = query.compare(services, register, [row])
    except (VictoriaMetricsDownError, LedgerStaleError) as error:
        LOG.warning("the bill of %s is not compared yet: %s", row.first_day, error)
        return
    with write_session(services.engine) as session:
        query.save_drift(session, register, both)


@router.delete("/{first_day}", status_code=204, summary="Delete a real bill")
def delete_real_bill(
    services: UsedServices,
    author: UsedAuthor,
    first_day: FirstDay,
    statement: OfStatement = "import",
) -> None:
    """`/history` undoes it."""
    with write_session(services.engine) as session:
        query.delete_real_bill(session, first_day, statement, author)
