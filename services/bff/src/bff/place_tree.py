"""Places of the house and their devices, by the ids of the configuration. Pure."""

from dataclasses import dataclass
from typing import Literal

from home_model.config import Device, Home
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


def device_by_id(home: Home, wanted: str) -> Device:
    """Return the device with this id.

    Raises:
        ProblemError: 404, naming the devices there are.
    """
    for device in home.devices:
        if device.device == wanted:
            return device
    raise not_found(wanted, what="device", known=[device.device for device in home.devices])


def place_of(device: Device, level: Level) -> Place:
    """Return the place of a device at a level."""
    match level:
        case "house":
            return HOUSE
        case "room":
            return Place("room", device.room)
        case "shelf":
            return Place("shelf", device.room, device.shelf)
        case "device":
            return Place("device", device.room, device.shelf, device.device)


def find_place(home: Home, room: str | None, shelf: str | None, device: str | None) -> Place:
    """Return the place of these ids; a device or shelf may be given without its parents.

    Raises:
        ProblemError: 404 for an id that names nothing there; 422 for a shelf id in several rooms.
    """
    if device is not None:
        return _device_place(home, room, shelf, device)
    if shelf is not None:
        return _shelf_place(home, room, shelf)
    if room is not None:
        _check_room(home, room)
        return Place("room", room)
    return HOUSE


def devices_in(home: Home, place: Place) -> list[Device]:
    """Return the devices of a place, in configuration order."""
    return [device for device in home.devices if place_of(device, place.level) == place]


def _check_room(home: Home, wanted: str) -> None:
    rooms = [room.room for room in home.rooms]
    if wanted not in rooms:
        raise not_found(wanted, what="room", known=rooms)


def _shelf_place(home: Home, room: str | None, wanted: str) -> Place:
    if room is not None:
        _check_room(home, room)
    shelves = [
        (each.room, shelf.shelf)
        for each in home.rooms
        for shelf in each.shelves
        if room in (None, each.room)
    ]
    found = [in_room for in_room, shelf in shelves if shelf == wanted]
    if not found:
        known = [f"{shelf} (in {in_room})" for in_room, shelf in shelves]
        raise not_found(wanted, what="shelf", known=known)
    if len(found) > 1:
        message = f"several rooms have a shelf '{wanted}': {', '.join(found)}"
        raise wrong_input(message, where="query.shelf", what_to_do="Send the room as well.")
    return Place("shelf", found[0], wanted)


def _device_place(home: Home, room: str | None, shelf: str | None, wanted: str) -> Place:
    place = place_of(device_by_id(home, wanted), "device")
    if room not in (None, place.room) or shelf not in (None, place.shelf):
        there = [
            device.device
            for device in home.devices
            if room in (None, device.room) and shelf in (None, device.shelf)
        ]
        raise not_found(wanted, what="device in that place", known=there)
    return place
