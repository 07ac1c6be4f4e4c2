"""Rules of `devices.yaml` that hold between its parts: nothing twice, nothing dangling.

They look at the document's values, not at a `Home`, so that they apply beside errors of the schema:
a part that has another shape than expected is left out here, and is a problem of the schema.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from home_model.meter_checks import check_meters, moves_of
from home_model.sources import AnySource, Source

type Location = tuple[int | str, ...]
type Found = tuple[Location, str]
type Item = tuple[Location, dict[str, Any]]

SOURCE = TypeAdapter[AnySource](Source)


def cross_check(document: object) -> tuple[Found, ...]:
    """Return every broken rule as (location in the document, message)."""
    return tuple(found for rule in RULES for found in rule(document))


def _items(parent: object, list_name: str, at: Location = ()) -> Iterator[Item]:
    """Yield the mappings of a list of the document, with their locations."""
    items = parent.get(list_name) if isinstance(parent, dict) else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield (*at, list_name, i), item


def _texts(items: Iterable[Item], name: str) -> Iterator[tuple[Location, str]]:
    for at, item in items:
        if isinstance(text := item.get(name), str):
            yield (*at, name), text


def _sources(document: object) -> Iterator[tuple[Location, str, AnySource]]:
    for at, device in _items(document, "devices"):
        for at_source, source in _items(device, "sources", at):
            try:
                yield at_source, str(device.get("device")), SOURCE.validate_python(source)
            except ValidationError:
                continue


def _repeated(items: Iterable[tuple[Location, object, str]]) -> Iterator[Found]:
    seen: set[object] = set()
    for where, key, what in items:
        if key in seen:
            yield where, f"{what} is here a second time"
        seen.add(key)


def _rooms_once(document: object) -> Iterator[Found]:
    rooms = _texts(_items(document, "rooms"), "room")
    return _repeated((at, room, f"room '{room}'") for at, room in rooms)


def _shelves_once(document: object) -> Iterator[Found]:
    return _repeated(
        (at_shelf, (room.get("room"), shelf), f"shelf '{shelf}' of room '{room.get('room')}'")
        for at, room in _items(document, "rooms")
        for at_shelf, shelf in _texts(_items(room, "shelves", at), "shelf")
    )


def _devices_once(document: object) -> Iterator[Found]:
    devices = _texts(_items(document, "devices"), "device")
    return _repeated((at, device, f"device '{device}'") for at, device in devices)


def _meters_once(document: object) -> Iterator[Found]:
    return _repeated(
        ((*at, "id"), (type(source), source.key), f"{_name(source)} id '{source.key[0]}'")
        for at, _, source in _sources(document)
    )


def _each_source_once(document: object) -> Iterator[Found]:
    return _repeated(
        (
            (*at, "source"),
            (at[:2], type(source)),
            f"source '{_name(source)}' of device '{device}'",
        )
        for at, device, source in _sources(document)
    )


def _name(source: AnySource) -> str:
    return str(getattr(source, "source", ""))


def _places_exist(document: object) -> Iterator[Found]:
    shelves = {
        str(room.get("room")): {shelf for _, shelf in _texts(_items(room, "shelves"), "shelf")}
        for _, room in _items(document, "rooms")
    }
    for at, device in _items(document, "devices"):
        for where, part in ((at, device), *moves_of(at, device)):
            room, shelf = (part.get(key, device.get(key)) for key in ("room", "shelf"))
            if not isinstance(room, str) or not isinstance(shelf, str):
                continue
            if room not in shelves:
                known = ", ".join(shelves)
                yield (*where, "room"), f"there is no room '{room}'; known: {known}"
            elif shelf not in shelves[room]:
                known = ", ".join(sorted(shelves[room]))
                yield (*where, "shelf"), f"room '{room}' has no shelf '{shelf}'; known: {known}"


def _meters(document: object) -> Iterator[Found]:
    return check_meters(list(_items(document, "devices")))


RULES: tuple[Callable[[object], Iterator[Found]], ...] = (
    _rooms_once,
    _shelves_once,
    _devices_once,
    _meters_once,
    _each_source_once,
    _places_exist,
    _meters,
)
