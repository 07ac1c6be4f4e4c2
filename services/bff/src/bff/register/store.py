"""Save what the configuration has of devices as rows with dates, and select them."""

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bff.db.tables import RegisterCorrection, RegisterRow
from home_model.config import Device, Home


def select_rows(session: Session) -> Sequence[RegisterRow]:
    """Select every row, in the order in which they were written."""
    return session.scalars(select(RegisterRow).order_by(RegisterRow.id)).all()


def select_corrections(session: Session) -> Sequence[RegisterCorrection]:
    """Select every correction, also those that were undone, earliest first."""
    return session.scalars(select(RegisterCorrection).order_by(RegisterCorrection.id)).all()


def select_corrections_version(session: Session) -> tuple[int, int]:
    """Select how many corrections there are, and how many of them were undone."""
    of_all = func.count(), func.count(RegisterCorrection.undone_unix_ms)
    made, undone = session.execute(select(*of_all).select_from(RegisterCorrection)).one()
    return made, undone


def save_home(session: Session, home: Home, now_ms: int) -> None:
    """Write what changed in the configuration: from now on, never before.

    A device that was never there has no beginning: its imported history lies inside the first
    row. A device that left the configuration is retired: its row ends.
    """
    rows = select_rows(session)
    ever = {row.device for row in rows}
    present = {row.device: row for row in rows if row.to_unix_ms is None}
    for device in home.devices:
        row = present.pop(device.device, None)
        if row is None:
            session.add(_row(device, now_ms if device.device in ever else None, now_ms))
        elif _is_other(row, device):
            _end(session, row, now_ms)
            session.add(_row(device, now_ms, now_ms))
        else:
            row.configuration = _configuration(device)
    for row in present.values():
        _end(session, row, now_ms)


def _end(session: Session, row: RegisterRow, now_ms: int) -> None:
    # After a clock was set back a row must not end before it begins.
    row.to_unix_ms = max(now_ms, row.from_unix_ms or now_ms)
    session.flush()


def _row(device: Device, from_ms: int | None, now_ms: int) -> RegisterRow:
    return RegisterRow(
        device=device.device,
        from_unix_ms=from_ms,
        to_unix_ms=None,
        room=device.room,
        shelf=device.shelf,
        upstream=device.upstream,
        kind=device.kind,
        house_meter=device.house_meter,
        sources=_sources(device),
        configuration=_configuration(device),
        written_unix_ms=now_ms,
    )


def _is_other(row: RegisterRow, device: Device) -> bool:
    stored = (row.room, row.shelf, row.upstream, row.kind, row.house_meter, row.sources)
    return stored != (
        device.room,
        device.shelf,
        device.upstream,
        device.kind,
        device.house_meter,
        _sources(device),
    )


def _sources(device: Device) -> str:
    return json.dumps(
        [source.model_dump(mode="json", exclude_defaults=True) for source in device.sources]
    )


def _configuration(device: Device) -> str:
    return device.model_dump_json(exclude={"moves", "was"}, exclude_unset=True)
