"""Select and save what people entered for devices."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.db.tables import DeviceMeta
from bff.device_meta.schemas import DeviceMetaInput
from service_kit.problems import ProblemError


def select_all_meta(session: Session) -> Mapping[str, DeviceMeta]:
    """Select every row by device."""
    return {row.device: row for row in session.scalars(select(DeviceMeta))}


def select_meta(session: Session, device: str) -> DeviceMeta:
    """Select one row.

    Raises:
        ProblemError: 404, nothing was entered for this device.
    """
    row = session.get(DeviceMeta, device)
    if row is None:
        raise ProblemError(
            404,
            "not-found",
            f"Nothing was entered for device '{device}' beyond the configuration file.",
            what_to_do="PUT a display name, note or rated power here to enter something.",
        )
    return row


def save_meta(session: Session, device: str, meta: DeviceMetaInput) -> DeviceMeta:
    """Replace all that was entered for a device."""
    row = session.get(DeviceMeta, device)
    if row is None:
        row = DeviceMeta(device=device)
        session.add(row)
    row.name_ja = meta.display_name.ja
    row.name_en = meta.display_name.en
    row.note = meta.note
    row.rated_power_watts = meta.rated_power_watts
    session.flush()
    return row
