"""The register: every device in each of its places, with dates, and the places themselves. Pure.

Its entries come from the stored rows; what the configuration file states of the past (`moves`,
`was`) and what people corrected is laid over them, so that taking it back restores the rows.

Corrections: `always_there`: a move that was entered late; the device always was where it is since
that change. `renamed`: a retired device is the same as one of the file. `never_was`: a retired
device and its past are left out of every total.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self, override

from pydantic import ValidationError

from bff.db.tables import RegisterCorrection, RegisterRow
from bff.energy import exported_label
from bff.time_grid import Interval, unix_milliseconds
from home_model.config import Device, Home, Kind, Move
from service_kit.problems import not_found, wrong_input

BEGINNING_MS = -(2**62)
NO_END_MS = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """One device in one place over [from_ms, to_ms) in Unix milliseconds.

    Attributes:
        label: The name that its readings bear in VictoriaMetrics: another one before a rename.
        upstream: The device whose meter its electricity also runs through.
        from_ms: BEGINNING_MS where it has no beginning.
        to_ms: NO_END_MS while it holds.
    """

    device: str
    label: str
    room: str
    shelf: str
    upstream: str | None = None
    kind: Kind = "load"
    house_meter: bool = False
    from_ms: int = BEGINNING_MS
    to_ms: int = NO_END_MS

    @override
    def __hash__(self) -> int:
        # Of all fields it takes three times as long; entries of a device begin one after another.
        return hash((self.device, self.from_ms))

    def holds_at(self, at_ms: int) -> bool:
        """Return whether the device was there at an instant."""
        return self.from_ms <= at_ms < self.to_ms

    def overlaps(self, from_ms: int, to_ms: int) -> bool:
        """Return whether the device was there at any time of [from_ms, to_ms)."""
        return max(self.from_ms, from_ms) < min(self.to_ms, to_ms)

    def within(self, from_ms: int, to_ms: int) -> list[Self]:
        """Return the part of the entry in [from_ms, to_ms); nothing where there is none."""
        if not self.overlaps(from_ms, to_ms):
            return []
        return [replace(self, from_ms=max(self.from_ms, from_ms), to_ms=min(self.to_ms, to_ms))]


@dataclass(frozen=True, slots=True)
class FormerName:
    """What was measured under another name until an instant belongs to a device."""

    device: str
    former: str
    until_ms: int


def entry_of(device: Device, from_ms: int = BEGINNING_MS, to_ms: int = NO_END_MS) -> Entry:
    """Return a device of the configuration as an entry."""
    return Entry(
        device.device,
        device.device,
        device.room,
        device.shelf,
        device.upstream,
        device.kind,
        device.house_meter,
        from_ms,
        to_ms,
    )


def with_exported(entries: Sequence[Entry]) -> list[Entry]:
    """Add to each meter of kind `grid` what it exported, as an entry of its own (rule T5)."""
    exported = (
        replace(entry, label=exported_label(entry.label), kind="grid_export")
        for entry in entries
        if entry.kind == "grid"
    )
    return list(dict.fromkeys([*entries, *exported]))


def change_instants(entries: Iterable[Entry], interval: Interval) -> set[int]:
    """Return the instants inside an interval at which an entry begins or ends."""
    instants = {at for entry in entries for at in (entry.from_ms, entry.to_ms)}
    return {at for at in instants if interval.start_ms < at < interval.end_ms}


def with_moves(entries: Sequence[Entry], devices: Iterable[Device]) -> list[Entry]:
    """Replace the past of every device that states its moves (rule T7)."""
    moved = {device.device: device for device in devices if device.moves}
    found = [entry for entry in entries if entry.device not in moved]
    for name, device in moved.items():
        last_ms = unix_milliseconds(device.moves[-1].until)
        start_ms = BEGINNING_MS
        for move in device.moves:
            end_ms = unix_milliseconds(move.until)
            found.append(_before_move(device, move, start_ms, end_ms))
            start_ms = end_ms
        of_device = (entry for entry in entries if entry.device == name)
        found += [part for entry in of_device for part in entry.within(last_ms, NO_END_MS)]
    return found


def _before_move(device: Device, move: Move, from_ms: int, to_ms: int) -> Entry:
    now = entry_of(device, from_ms, to_ms)
    # An upstream that is written as null is none; one that is left out is as it is now.
    upstream = move.upstream if "upstream" in move.model_fields_set else now.upstream
    return replace(
        now, room=move.room or now.room, shelf=move.shelf or now.shelf, upstream=upstream
    )


def former_names(devices: Iterable[Device]) -> list[FormerName]:
    """Return every former name that the configuration states."""
    return [
        FormerName(device.device, was.device, unix_milliseconds(was.until))
        for device in devices
        for was in device.was
    ]


def with_former_names(
    entries: Sequence[Entry], names: Sequence[FormerName], moved: frozenset[str]
) -> list[Entry]:
    """Give what was measured under a former name to its device, in the place of then.

    Args:
        entries: Those of the register, with moves.
        names: The former names.
        moved: The devices whose moves are stated: those places hold, not those of the former name.
    """
    found = list(entries)
    for name in sorted(names, key=lambda one: -one.until_ms):
        found = _renamed(found, name, keep_place=name.device in moved)
    return found


def _renamed(entries: Sequence[Entry], name: FormerName, *, keep_place: bool) -> list[Entry]:
    of_former = [entry for entry in entries if entry.device == name.former]
    of_device = [entry for entry in entries if entry.device == name.device]
    others = [entry for entry in entries if entry.device not in {name.device, name.former}]
    places = of_device if keep_place or not of_former else of_former
    before = [part for entry in places for part in entry.within(BEGINNING_MS, name.until_ms)]
    after = (*of_device, *of_former)
    return [
        *others,
        *(replace(entry, device=name.device, label=name.former) for entry in before),
        *(part for entry in after for part in entry.within(name.until_ms, NO_END_MS)),
    ]


def upstream_of(entry: Entry, present: Mapping[str, Entry]) -> Entry | None:
    """Return the meter above an entry among those present at an instant, by name."""
    above = None if entry.upstream is None else present.get(entry.upstream)
    return above if above is not None and above.kind == "load" else None


def by_name(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Return entries of one instant by device; also by a former name that no other device has."""
    present = list(entries)
    labels = {entry.label: entry for entry in present}
    return labels | {entry.device: entry for entry in present}


type Action = Literal["always_there", "renamed", "never_was"]


def corrected(entries: Sequence[Entry], corrections: Sequence[RegisterCorrection]) -> list[Entry]:
    """Return the entries after the corrections of places and retirements, in their order."""
    found = list(entries)
    for correction in corrections:
        match correction.action:
            case "always_there":
                found = _always_there(found, correction.device, correction.at_unix_ms or 0)
            case "never_was":
                found = [entry for entry in found if entry.device != correction.device]
    return found


def _always_there(entries: Sequence[Entry], device: str, since_ms: int) -> list[Entry]:
    moved = next(
        (entry for entry in entries if entry.device == device and entry.from_ms == since_ms), None
    )
    if moved is None:
        return list(entries)
    return [
        replace(entry, room=moved.room, shelf=moved.shelf, upstream=moved.upstream)
        if entry.device == device and entry.to_ms <= since_ms
        else entry
        for entry in entries
    ]


def corrected_names(corrections: Sequence[RegisterCorrection]) -> list[FormerName]:
    """Return the former names that people entered."""
    return [
        FormerName(each.device, each.former, each.at_unix_ms)
        for each in corrections
        if each.action == "renamed" and each.former and each.at_unix_ms is not None
    ]


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


type Level = Literal["house", "room", "shelf", "device"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its path; the levels below it are None."""

    level: Level
    room: str | None = None
    shelf: str | None = None
    device: str | None = None


HOUSE = Place("house")


def device_by_id(register: Register, wanted: str) -> Device:
    """Return the device with this id, also a retired one.

    Raises:
        ProblemError: 404, naming the devices there are.
    """
    device = register.devices.get(wanted)
    if device is None:
        raise not_found(wanted, what="device", known=list(register.devices))
    return device


def place_of(entry: Entry, level: Level) -> Place:
    """Return the place of an entry at a level.

    What no device explains of the house's meter is the house's own, not that of a room.
    """
    if level == "device":
        return Place("device", entry.room, entry.shelf, entry.device)
    if level == "house" or entry.house_meter:
        return HOUSE
    return Place(level, entry.room, entry.shelf if level == "shelf" else None)


def find_place(
    register: Register, room: str | None, shelf: str | None, device: str | None
) -> Place:
    """Return the place of these ids; a device or shelf may be given without its parents.

    Raises:
        ProblemError: 404 for an id that names nothing there; 422 for a shelf id in several rooms.
    """
    if device is not None:
        return _device_place(register, room, shelf, device)
    if shelf is not None:
        return _shelf_place(register, room, shelf)
    if room is not None:
        _check_room(register, room)
        return Place("room", room)
    return HOUSE


def entries_in(register: Register, place: Place) -> list[Entry]:
    """Return what was in a place at any time, in the order of the devices of the configuration.

    Of what is not used up only a device itself has entries: it is in no total.
    """
    entries = [entry for of_device in register.by_device.values() for entry in of_device]
    if place.level == "device":
        return [entry for entry in entries if entry.device == place.device]
    return [
        entry
        for entry in entries
        if entry.kind == "load" and (place == HOUSE or place_of(entry, place.level) == place)
    ]


def _shelves(register: Register) -> Sequence[tuple[str, str]]:
    """Return every room and shelf of the configuration, then those that devices were on."""
    configured = [
        (room.room, shelf.shelf) for room in register.home.rooms for shelf in room.shelves
    ]
    former = [(entry.room, entry.shelf) for entry in register.entries]
    return list(dict.fromkeys([*configured, *former]))


def _check_room(register: Register, wanted: str) -> None:
    rooms = list(dict.fromkeys(room for room, _ in _shelves(register)))
    if wanted not in rooms:
        raise not_found(wanted, what="room", known=rooms)


def _shelf_place(register: Register, room: str | None, wanted: str) -> Place:
    if room is not None:
        _check_room(register, room)
    shelves = [each for each in _shelves(register) if room in {None, each[0]}]
    found = [in_room for in_room, shelf in shelves if shelf == wanted]
    if not found:
        known = [f"{shelf} (in {in_room})" for in_room, shelf in shelves]
        raise not_found(wanted, what="shelf", known=known)
    if len(found) > 1:
        message = f"several rooms have a shelf '{wanted}': {', '.join(found)}"
        raise wrong_input(message, where="query.shelf", what_to_do="Send the room as well.")
    return Place("shelf", found[0], wanted)


def _device_place(register: Register, room: str | None, shelf: str | None, wanted: str) -> Place:
    device = device_by_id(register, wanted)
    if room not in {None, device.room} or shelf not in {None, device.shelf}:
        there = [
            other.device
            for other in register.devices.values()
            if room in {None, other.room} and shelf in {None, other.shelf}
        ]
        raise not_found(wanted, what="device in that place", known=there)
    return Place("device", device.room, device.shelf, device.device)
