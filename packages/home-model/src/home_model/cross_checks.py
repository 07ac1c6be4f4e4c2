"""Rules of `devices.yaml` that hold between its parts: nothing twice, nothing dangling."""

from collections.abc import Callable, Iterable, Iterator

from home_model.config import Home

type Found = tuple[tuple[int | str, ...], str]


def cross_check(home: Home) -> tuple[Found, ...]:
    """Every broken rule as (location in the document, message)."""
    return tuple(check for rule in RULES for check in rule(home))


def _repeated(items: Iterable[tuple[tuple[int | str, ...], object, str]]) -> Iterator[Found]:
    seen: set[object] = set()
    for where, key, what in items:
        if key in seen:
            yield where, f"{what} is here a second time"
        seen.add(key)


def _rooms_once(home: Home) -> Iterator[Found]:
    return _repeated(
        (("rooms", i, "room"), room.room, f"room '{room.room}'")
        for i, room in enumerate(home.rooms)
    )


def _shelves_once(home: Home) -> Iterator[Found]:
    return _repeated(
        (
            ("rooms", i, "shelves", j, "shelf"),
            (room.room, shelf.shelf),
            f"shelf '{shelf.shelf}' of room '{room.room}'",
        )
        for i, room in enumerate(home.rooms)
        for j, shelf in enumerate(room.shelves)
    )


def _devices_once(home: Home) -> Iterator[Found]:
    return _repeated(
        (("devices", i, "device"), device.device, f"device '{device.device}'")
        for i, device in enumerate(home.devices)
    )


def _meters_once(home: Home) -> Iterator[Found]:
    return _repeated(
        (
            ("devices", i, "sources", j, "id"),
            (source.source, source.key),
            f"{source.source} id '{source.id}'",
        )
        for i, device in enumerate(home.devices)
        for j, source in enumerate(device.sources)
    )


def _one_source_of_a_kind(home: Home) -> Iterator[Found]:
    return _repeated(
        (
            ("devices", i, "sources", j, "source"),
            (i, source.source),
            f"source '{source.source}' of device '{device.device}'",
        )
        for i, device in enumerate(home.devices)
        for j, source in enumerate(device.sources)
    )


def _places_exist(home: Home) -> Iterator[Found]:
    shelves = {room.room: {shelf.shelf for shelf in room.shelves} for room in home.rooms}
    for i, device in enumerate(home.devices):
        if device.room not in shelves:
            known = ", ".join(shelves)
            yield ("devices", i, "room"), f"there is no room '{device.room}'; known: {known}"
        elif device.shelf not in shelves[device.room]:
            known = ", ".join(sorted(shelves[device.room]))
            message = f"room '{device.room}' has no shelf '{device.shelf}'; known: {known}"
            yield ("devices", i, "shelf"), message


RULES: tuple[Callable[[Home], Iterator[Found]], ...] = (
    _rooms_once,
    _shelves_once,
    _devices_once,
    _meters_once,
    _one_source_of_a_kind,
    _places_exist,
)
