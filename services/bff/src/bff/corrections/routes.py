"""`/register`: where each device was, what changed, and corrections of the past."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from bff.corrections import query
from bff.corrections.response import correction_row, history, registered_devices
from bff.corrections.schemas import CorrectionInput, CorrectionRow, HistoryRow, RegisteredDevice
from bff.db.engine import read_session, write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.register.store import select_corrections, select_rows
from bff.services import UsedServices

router = APIRouter(prefix="/register", tags=["devices"], route_class=RepeatedRoute)

CorrectionId = Annotated[int, Path(description="The id of a correction.", examples=[1])]


@router.get("", summary="All devices and where they were, retired ones too")
def get_register(services: UsedServices) -> list[RegisteredDevice]:
    """With what the file states of the past, and with corrections."""
    return registered_devices(services.register.current())


@router.get("/history", summary="What changed, when and by whom, newest first")
def get_history(services: UsedServices) -> list[HistoryRow]:
    """Changes of the configuration file, and corrections with those that were undone."""
    zone = services.register.current().home.zone
    with read_session(services.engine) as session:
        return history(select_rows(session), select_corrections(session), zone)


@router.post("/corrections", status_code=201, summary="Correct the past of a device")
def add_correction(
    services: UsedServices, author: UsedAuthor, response: Response, wanted: CorrectionInput
) -> CorrectionRow:
    """All costs of the past follow at the next request. Undone by deleting the correction."""
    register = services.register.current()
    with write_session(services.engine) as session:
        row = query.add_correction(session, register, wanted, author)
    services.register.reload()
    response.headers["Location"] = f"/api/v1/register/corrections/{row.id}"
    return correction_row(row, register.home.zone)


@router.delete("/corrections/{correction_id:int}", summary="Undo a correction")
def undo_correction(
    services: UsedServices, author: UsedAuthor, correction_id: CorrectionId
) -> CorrectionRow:
    """The past is what it was before; the history keeps the correction and who undid it."""
    with write_session(services.engine) as session:
        row = query.undo_correction(session, correction_id, author)
    return correction_row(row, services.register.reload().home.zone)
