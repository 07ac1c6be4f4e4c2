"""The entries of the register: each device in each of its places, with its dates. Pure.

They come from the stored rows; what the configuration file states of the past (`moves`, `was`)
and what people corrected is laid over them, so that taking it back restores the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, override

from bff.energy import exported_label
from bff.time_grid import Interval, unix_milliseconds
from home_model.config import Device, Kind, Move

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
