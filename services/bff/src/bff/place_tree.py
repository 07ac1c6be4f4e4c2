"""Places of the house and what was in them, by the ids of the register. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bff.register.entries import Entry
from bff.register.view import Register
from home_model.config import Device
from service_kit.problems import not_found, wrong_input

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
