"""`/device_meta`: display names, notes and rated powers."""

from fastapi import APIRouter

from bff.db.engine import read_session, write_session
from bff.device_meta.query import save_meta, select_all_meta, select_meta
from bff.device_meta.response import device_meta_row
from bff.device_meta.schemas import DeviceMetaInput, DeviceMetaRow
from bff.http.repeated import RepeatedRoute
from bff.http.schemas import DeviceId
from bff.register.register import device_by_id
from bff.services import UsedServices

router = APIRouter(prefix="/device_meta", tags=["devices"], route_class=RepeatedRoute)


@router.get("", summary="What people entered for all devices")
def list_meta(services: UsedServices) -> list[DeviceMetaRow]:
    """Only devices for which something was entered."""
    with read_session(services.engine) as session:
        return [device_meta_row(row) for row in select_all_meta(session).values()]


@router.get("/{device}", summary="What people entered for a device")
def get_meta(services: UsedServices, device: DeviceId) -> DeviceMetaRow:
    """404 while nothing was entered."""
    device_by_id(services.register.current(), device)
    with read_session(services.engine) as session:
        return device_meta_row(select_meta(session, device))


@router.put("/{device}", summary="Enter name, note or rated power of a device")
def put_meta(services: UsedServices, device: DeviceId, meta: DeviceMetaInput) -> DeviceMetaRow:
    """Replaces all that was entered before."""
    device_by_id(services.register.current(), device)
    with write_session(services.engine) as session:
        return device_meta_row(save_meta(session, device, meta))


@router.delete("/{device}", status_code=204, summary="Delete what was entered for a device")
def delete_meta(services: UsedServices, device: DeviceId) -> None:
    """The configuration file's name and rated power count again."""
    with write_session(services.engine) as session:
        session.delete(select_meta(session, device))
