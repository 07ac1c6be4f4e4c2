"""The place tree with its live sums, from the states of the devices. Pure."""

from collections.abc import Sequence

from bff.names import full_names
from bff.places.own_watts import OwnWatts, own_watts
from bff.places.schemas import DeviceState, LiveSum, PlaceNode, PlacePath
from bff.register.register import Place
from home_model.config import Home, Room, Shelf


def house_node(home: Home, states: Sequence[DeviceState]) -> PlaceNode:
    """Return the whole tree, with rooms and shelves without devices."""
    own = own_watts(home, states)
    return PlaceNode(
        level="house",
        id=home.house,
        path=PlacePath(room=None, shelf=None, device=None),
        name=full_names(home.house, home.name),
        live=live_sum(states, own, of_house=True),
        rest_watts=house_rest_watts(own),
        children=[
            _room_node(room, [state for state in states if state.room == room.room], own)
            for room in home.rooms
        ],
    )


def _room_node(room: Room, states: Sequence[DeviceState], own: OwnWatts) -> PlaceNode:
    return PlaceNode(
        level="room",
        id=room.room,
        path=PlacePath(room=room.room, shelf=None, device=None),
        name=full_names(room.room, room.name),
        live=live_sum(states, own),
        children=[
            _shelf_node(room, shelf, [state for state in states if state.shelf == shelf.shelf], own)
            for shelf in room.shelves
        ],
    )


def _shelf_node(
    room: Room, shelf: Shelf, states: Sequence[DeviceState], own: OwnWatts
) -> PlaceNode:
    return PlaceNode(
        level="shelf",
        id=shelf.shelf,
        path=PlacePath(room=room.room, shelf=shelf.shelf, device=None),
        name=full_names(shelf.shelf, shelf.name),
        live=live_sum(states, own),
        children=[_device_node(state, own) for state in states],
    )


def _device_node(state: DeviceState, own: OwnWatts) -> PlaceNode:
    return PlaceNode(
        level="device",
        id=state.device,
        path=PlacePath(room=state.room, shelf=state.shelf, device=state.device),
        name=state.name,
        live=device_live(state, own),
        kind=state.kind,
        through_watts=state.power_watts if state.state == "up" else None,
        children=[],
    )


def is_in(state: DeviceState, place: Place) -> bool:
    """Return whether a device is in a place now."""
    return (
        place.room in {None, state.room}
        and place.shelf in {None, state.shelf}
        and place.device in {None, state.device}
    )


def place_live(
    home: Home, place: Place, everywhere: Sequence[DeviceState], states: Sequence[DeviceState]
) -> LiveSum:
    """Return the present values of a place, from the states of all devices of the house."""
    own = own_watts(home, everywhere)
    if place.level == "device" and states:
        return device_live(states[0], own)
    return live_sum(states, own, of_house=place.level == "house")


def device_live(state: DeviceState, own: OwnWatts) -> LiveSum:
    """Return the own share of a device; of what is not used up, what it measures."""
    is_up = state.state == "up"
    watts = own.own.get(state.device) if state.kind == "load" or not is_up else state.power_watts
    return LiveSum(
        power_watts=_rounded(watts),
        devices_up=int(is_up),
        devices_down=int(state.state == "down"),
        devices_silent=int(state.state == "silent"),
        age_seconds=state.age_seconds if is_up else None,
        age_spread_seconds=own.spread_seconds.get(state.device),
    )


def live_sum(states: Sequence[DeviceState], own: OwnWatts, *, of_house: bool = False) -> LiveSum:
    """Add up the own shares of the devices that are up; null when none is, which is not zero."""
    watts = [
        own.own[state.device]
        for state in states
        if state.device in own.own and (of_house or state.device != own.house_meter)
    ]
    if of_house and own.house_rest is not None:
        watts.append(own.house_rest)
    used = [state for state in states if state.state == "up"]
    ages = [state.age_seconds for state in used if state.age_seconds is not None]
    spreads = [
        own.spread_seconds[state.device] for state in states if state.device in own.spread_seconds
    ]
    if of_house and own.house_spread_seconds is not None:
        spreads.append(own.house_spread_seconds)
    counted = [state.state for state in states]
    return LiveSum(
        power_watts=_rounded(sum(watts)) if watts else None,
        devices_up=counted.count("up"),
        devices_down=counted.count("down"),
        devices_silent=counted.count("silent"),
        age_seconds=max(ages, default=None),
        age_spread_seconds=max(spreads, default=None),
    )


def house_rest_watts(own: OwnWatts) -> float | None:
    """Return what no device of the house explains; null without a meter of the whole house."""
    by_meter = own.own.get(own.house_meter) if own.house_meter else None
    return _rounded(own.house_rest if by_meter is None else by_meter)


def _rounded(watts: float | None) -> float | None:
    return None if watts is None else round(watts, 6)
