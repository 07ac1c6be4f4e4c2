"""What the register comes to: the entries of all devices, present and retired. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from bff.db.tables import RegisterCorrection, RegisterRow
from bff.energy import exported_label
from bff.register.corrections import corrected, corrected_names
from bff.register.entries import (
    BEGINNING_MS,
    NO_END_MS,
    Entry,
    FormerName,
    former_names,
    with_former_names,
    with_moves,
)
from home_model.config import Device, Home


@dataclass(frozen=True)
class Register:
    """One state of the register, for one state of the configuration.

    Attributes:
        home: The configuration as it is now.
        entries: Of all devices at all times.
        retired: The last configuration of each device that left the file and has a past.
        ledger_home: The configuration with everything that was ever measured, for the ledger.
    """

    home: Home
    entries: Sequence[Entry]
    retired: Sequence[Device]
    ledger_home: Home

    @cached_property
    def devices(self) -> Mapping[str, Device]:
        """Present devices in the order of the configuration, then retired ones."""
        return {device.device: device for device in (*self.home.devices, *self.retired)}

    @cached_property
    def by_device(self) -> Mapping[str, Sequence[Entry]]:
        """The entries of each device, present devices first, in the order of time."""
        found: dict[str, list[Entry]] = {device: [] for device in self.devices}
        for entry in sorted(self.entries, key=lambda one: one.from_ms):
            found.setdefault(entry.device, []).append(entry)
        return {device: entries for device, entries in found.items() if entries}


def register_of(
    home: Home, rows: Sequence[RegisterRow], corrections: Sequence[RegisterCorrection]
) -> Register:
    """Return what stored rows, corrections and the configuration come to."""
    effective = [each for each in corrections if each.undone_unix_ms is None]
    moved = frozenset(device.device for device in home.devices if device.moves)
    names = [*former_names(home.devices), *corrected_names(effective)]
    # A row that was replaced in the millisecond in which it was written never held.
    held = [row for row in rows if row.from_unix_ms is None or row.from_unix_ms != row.to_unix_ms]
    entries = corrected([_entry(row) for row in held], effective)
    entries = with_former_names(with_moves(entries, home.devices), names, moved)
    left = {entry.device for entry in entries} - {device.device for device in home.devices}
    last = {row.device: row for row in rows}
    retired = [device for name in last if name in left and (device := _device(last[name]))]
    return Register(home, entries, retired, _ledger_home(home, entries, names, last))


def _entry(row: RegisterRow) -> Entry:
    return Entry(
        row.device,
        row.device,
        row.room,
        row.shelf,
        row.upstream,
        row.kind,  # ty: ignore[invalid-argument-type] - written from a Device
        row.house_meter,
        BEGINNING_MS if row.from_unix_ms is None else row.from_unix_ms,
        NO_END_MS if row.to_unix_ms is None else row.to_unix_ms,
    )


def _device(row: RegisterRow) -> Device | None:
    """Return a device as it was last configured; None where its sources no longer exist."""
    try:
        return Device.model_validate_json(row.configuration)
    except ValidationError:
        return None


def _ledger_home(
    home: Home,
    entries: Sequence[Entry],
    names: Sequence[FormerName],
    last: Mapping[str, RegisterRow],
) -> Home:
    """Add what left the file, and the second counters of meters that import and export.

    A name that was never in the register has its device's sources.
    """
    present = {device.device: device for device in home.devices}
    owners = {name.former: name.device for name in names}
    former: list[Device] = []
    for label in dict.fromkeys(entry.label for entry in entries):
        if label in present:
            continue
        device = _device(last[label]) if label in last else None
        device = device or present.get(owners.get(label, ""))
        if device is not None:
            former.append(device.model_copy(update={"device": label}))
    grids = {entry.label for entry in entries if entry.kind == "grid"}
    exported = (
        device.model_copy(update={"device": exported_label(device.device)})
        for device in (*home.devices, *former)
        if device.device in grids
    )
    return home.model_copy(update={"devices": (*home.devices, *former, *exported)})
