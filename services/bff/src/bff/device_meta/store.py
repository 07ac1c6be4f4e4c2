"""Reading and writing what people say of devices."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.device_meta.model import DeviceMeta
from bff.device_meta.schemas import DeviceMetaInput
from bff.problems import Problem


def all_meta(session: Session) -> Mapping[str, DeviceMeta]:
    """Every row by device."""
    return {row.device: row for row in session.scalars(select(DeviceMeta))}


def meta_of(session: Session, device: str) -> DeviceMeta:
    """One row.

    Raises:
        Problem: 404, nothing was said of this device.
    """
    row = session.get(DeviceMeta, device)
    if row is None:
        raise Problem(
            404,
            "not-found",
            f"Nothing was said of device '{device}' beyond the configuration file.",
            what_to_do="PUT a display name, note or rated power here to say something.",
        )
    return row


def put_meta(session: Session, device: str, said: DeviceMetaInput) -> DeviceMeta:
    """Say this, and only this, of a device."""
    row = session.get(DeviceMeta, device)
    if row is None:
        row = DeviceMeta(device=device)
        session.add(row)
    row.name_ja = said.display_name.ja
    row.name_en = said.display_name.en
    row.note = said.note
    row.rated_power_watts = said.rated_power_watts
    session.flush()
    return row
