"""The register and its history as the API shows them. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from bff.corrections.query import end_or_none
from bff.corrections.schemas import Change, CorrectionRow, EntryRow, HistoryRow, RegisteredDevice
from bff.db.tables import RegisterCorrection, RegisterRow
from bff.names import full_names
from bff.register.register import Entry, Register
from bff.time_grid import in_zone

BY_FILE = "devices.yaml"


def registered_devices(register: Register) -> list[RegisteredDevice]:
    """Return all devices with their entries, present ones first."""
    zone, retired = register.home.zone, {device.device for device in register.retired}
    return [
        RegisteredDevice(
            device=name,
            name=full_names(name, device.name),
            retired=name in retired,
            entries=[_entry_row(entry, zone) for entry in register.by_device.get(name, ())],
        )
        for name, device in register.devices.items()
    ]


def _entry_row(entry: Entry, zone: ZoneInfo) -> EntryRow:
    return EntryRow(
        from_=_shown(end_or_none(entry.from_ms), zone),
        to=_shown(end_or_none(entry.to_ms), zone),
        room=entry.room,
        shelf=entry.shelf,
        upstream=entry.upstream,
        kind=entry.kind,
        measured_as=entry.label,
    )


def _shown(at_ms: int | None, zone: ZoneInfo) -> datetime | None:
    return None if at_ms is None else in_zone(at_ms, zone)


def history(
    rows: Sequence[RegisterRow], corrections: Sequence[RegisterCorrection], zone: ZoneInfo
) -> list[HistoryRow]:
    """Return changes of the file and corrections, newest first."""
    found = [
        change
        for device in dict.fromkeys(row.device for row in rows)
        for change in _changes([row for row in rows if row.device == device], zone)
    ]
    found += [_correction(row, zone) for row in corrections]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _changes(rows: Sequence[RegisterRow], zone: ZoneInfo) -> Iterator[HistoryRow]:
    first, last = rows[0], rows[-1]
    yield _change(first, first.written_unix_ms, "added", _place(first), zone)
    for before, after in pairwise(rows):
        if before.to_unix_ms is not None and before.to_unix_ms != after.from_unix_ms:
            yield _change(before, before.to_unix_ms, "retired", _place(before), zone)
            yield _change(after, after.written_unix_ms, "returned", _place(after), zone)
        elif _place(before) != _place(after):
            note = f"{_place(before)} → {_place(after)}"
            yield _change(after, after.written_unix_ms, "moved", note, zone)
        elif (before.kind, before.house_meter) != (after.kind, after.house_meter):
            note = f"{before.kind} → {after.kind}"
            yield _change(after, after.written_unix_ms, "became", note, zone)
        else:
            yield _change(after, after.written_unix_ms, "sources", "", zone)
    if last.to_unix_ms is not None:
        yield _change(last, last.to_unix_ms, "retired", _place(last), zone)


def _place(row: RegisterRow) -> str:
    behind = f" behind {row.upstream}" if row.upstream else ""
    return f"{row.room}/{row.shelf}{behind}"


def _change(row: RegisterRow, at_ms: int, change: Change, note: str, zone: ZoneInfo) -> HistoryRow:
    return HistoryRow(
        at=in_zone(at_ms, zone),
        device=row.device,
        change=change,
        by=BY_FILE,
        note=note,
        correction_id=None,
        corrected_at=None,
        undone_at=None,
        undone_by=None,
    )


def _correction(row: RegisterCorrection, zone: ZoneInfo) -> HistoryRow:
    shown = correction_row(row, zone)
    return HistoryRow(
        at=shown.made_at,
        device=shown.device,
        change=shown.action,
        by=shown.made_by,
        note=shown.former or "",
        correction_id=shown.id,
        corrected_at=shown.at,
        undone_at=shown.undone_at,
        undone_by=shown.undone_by,
    )


def correction_row(row: RegisterCorrection, zone: ZoneInfo) -> CorrectionRow:
    """Return a correction in the house's time zone."""
    return CorrectionRow(
        id=row.id,
        action=row.action,  # ty: ignore[invalid-argument-type] - written from a CorrectionInput
        device=row.device,
        former=row.former,
        at=_shown(row.at_unix_ms, zone),
        made_at=in_zone(row.made_unix_ms, zone),
        made_by=row.made_by,
        undone_at=_shown(row.undone_unix_ms, zone),
        undone_by=row.undone_by,
    )
