"""The place tree with its live sums, from the states of the devices. Pure."""

from collections.abc import Sequence

from bff.names import full_names
from bff.places.schemas import DeviceState, LiveSum, PlaceNode, PlacePath
from home_model.config import Home, Room, Shelf


def house_node(home: Home, states: Sequence[DeviceState]) -> PlaceNode:
    """Return the whole tree, with rooms and shelves without devices."""
    return PlaceNode(
        level="house",
        id=home.house,
        path=PlacePath(room=None, shelf=None, device=None),
        name=full_names(home.house, home.name),
        live=live_sum(states),
        children=[
            _room_node(room, [state for state in states if state.room == room.room])
            for room in home.rooms
        ],
    )


def _room_node(room: Room, states: Sequence[DeviceState]) -> PlaceNode:
    return PlaceNode(
        level="room",
        id=room.room,
        path=PlacePath(room=room.room, shelf=None, device=None),
        name=full_names(room.room, room.name),
        live=live_sum(states),
        children=[
            _shelf_node(room, shelf, [state for state in states if state.shelf == shelf.shelf])
            for shelf in room.shelves
        ],
    )


def _shelf_node(room: Room, shelf: Shelf, states: Sequence[DeviceState]) -> PlaceNode:
    return PlaceNode(
        level="shelf",
        id=shelf.shelf,
        path=PlacePath(room=room.room, shelf=shelf.shelf, device=None),
        name=full_names(shelf.shelf, shelf.name),
        live=live_sum(states),
        children=[_device_node(state) for state in states],
    )


def _device_node(state: DeviceState) -> PlaceNode:
    return PlaceNode(
        level="device",
        id=state.device,
        path=PlacePath(room=state.room, shelf=state.shelf, device=state.device),
        name=state.name,
        live=live_sum([state]),
        children=[],
    )


def live_sum(states: Sequence[DeviceState]) -> LiveSum:
    """Add up the devices that are up; null when none is, which is not zero."""
    used = [state for state in states if state.state == "up"]
    watts = [state.power_watts for state in used if state.power_watts is not None]
    ages = [state.age_seconds for state in used if state.age_seconds is not None]
    counted = [state.state for state in states]
    return LiveSum(
        power_watts=round(sum(watts), 6) if watts else None,
        devices_up=counted.count("up"),
        devices_down=counted.count("down"),
        devices_silent=counted.count("silent"),
        age_seconds=max(ages, default=None),
    )
