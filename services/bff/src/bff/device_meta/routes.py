"""`/device_meta`: display names, notes and rated powers."""

from fastapi import APIRouter

from bff.database import reading, writing
from bff.device_meta import store
from bff.device_meta.model import DeviceMeta
from bff.device_meta.schemas import DeviceMetaInput, DeviceMetaRow, DisplayName
from bff.ids import DeviceId
from bff.places.tree import device_by_id
from bff.services import Used

router = APIRouter(prefix="/device_meta", tags=["devices"])


@router.get("", summary="What people said of all devices")
def list_meta(used: Used) -> list[DeviceMetaRow]:
    """Only devices of which something was said."""
    with reading(used.engine) as session:
        return [_shown(row) for row in store.all_meta(session).values()]


@router.get("/{device}", summary="What people said of a device")
def get_meta(used: Used, device: DeviceId) -> DeviceMetaRow:
    """404 while nothing was said."""
    device_by_id(used.home(), device)
    with reading(used.engine) as session:
        return _shown(store.meta_of(session, device))


@router.put("/{device}", summary="Say something of a device")
def put_meta(used: Used, device: DeviceId, said: DeviceMetaInput) -> DeviceMetaRow:
    """Replaces all that was said before."""
    device_by_id(used.home(), device)
    with writing(used.engine) as session:
        return _shown(store.put_meta(session, device, said))


@router.delete("/{device}", status_code=204, summary="Take it all back")
def delete_meta(used: Used, device: DeviceId) -> None:
    """The configuration file's name and rated power count again."""
    with writing(used.engine) as session:
        session.delete(store.meta_of(session, device))


def _shown(row: DeviceMeta) -> DeviceMetaRow:
    return DeviceMetaRow(
        device=row.device,
        display_name=DisplayName(ja=row.name_ja, en=row.name_en),
        note=row.note,
        rated_power_watts=row.rated_power_watts,
    )
