"""Rules of `devices.yaml` that hold between its parts: nothing twice, nothing dangling.

They look at the document's values, not at a `Home`, so that they apply beside errors of the schema:
a part that has another shape than expected is left out here, and is a problem of the schema.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from home_model.sources import AnySource, Source

type Location = tuple[int | str, ...]
type Found = tuple[Location, str]
type Item = tuple[Location, dict[str, Any]]

GRID_KINDS = ("grid", "grid_import", "grid_export")
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
        for where, part in ((at, device), *_moves(at, device)):
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
    """Yield every broken rule on meters above meters: their tree, its kinds and its past."""
    devices = list(_items(document, "devices"))
    named = {str(device.get("device")): device for _, device in devices}
    yield from _upstream_exists(devices, named)
    yield from _upstream_is_load(devices, named)
    yield from _no_upstream_of_grid(devices)
    yield from _one_house_meter(devices)
    yield from _moves_in_order(devices)
    yield from _no_cycles(devices)
    yield from _former_names_once(devices)


def _upstreams(devices: Sequence[Item]) -> Iterator[tuple[Location, str]]:
    """Yield every meter that a device names, for now and for before."""
    for at, device in devices:
        for where, part in ((at, device), *_moves(at, device)):
            if isinstance(upstream := part.get("upstream"), str):
                yield (*where, "upstream"), upstream


def _moves(at: Location, device: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the moves of a device, with their locations."""
    moves = device.get("moves")
    for i, move in enumerate(moves if isinstance(moves, list) else []):
        if isinstance(move, dict):
            yield (*at, "moves", i), move


def _upstream_exists(devices: Sequence[Item], named: Mapping[str, Any]) -> Iterator[Found]:
    for where, upstream in _upstreams(devices):
        if upstream not in named:
            known = ", ".join(named)
            yield where, f"upstream: there is no device '{upstream}'; known: {known}"


def _upstream_is_load(
    devices: Sequence[Item], named: Mapping[str, Mapping[str, Any]]
) -> Iterator[Found]:
    for where, upstream in _upstreams(devices):
        kind = named.get(upstream, {}).get("kind", "load")
        if kind != "load":
            yield where, f"upstream: '{upstream}' is {kind}; only a load has devices behind it"


def _no_upstream_of_grid(devices: Sequence[Item]) -> Iterator[Found]:
    for at, device in devices:
        kind = device.get("kind")
        if kind in GRID_KINDS and device.get("upstream") is not None:
            yield (*at, "upstream"), f"upstream: nothing in the house is above a {kind} meter"


def _one_house_meter(devices: Sequence[Item]) -> Iterator[Found]:
    marked = [(at, device) for at, device in devices if device.get("house_meter") is True]
    for at, _ in marked[1:]:
        first = marked[0][1].get("device")
        yield (*at, "house_meter"), f"house_meter: '{first}' is the house's meter already"
    for at, device in marked:
        if device.get("kind", "load") != "load":
            message = "house_meter: it measures all that is used, so its kind is load"
            yield (*at, "house_meter"), message
        if device.get("upstream") is not None:
            yield (*at, "upstream"), "upstream: nothing is above the house's meter"


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _moves_in_order(devices: Sequence[Item]) -> Iterator[Found]:
    for at, device in devices:
        before = None
        for where, move in _moves(at, device):
            until = _instant(move.get("until"))
            if until is not None and before is not None and until <= before:
                yield (*where, "until"), "until: moves are in the order of time, earliest first"
            before = until or before


def _no_cycles(devices: Sequence[Item]) -> Iterator[Found]:
    """The tree as it is now, and as it was before every move."""
    instants = {
        until
        for at, device in devices
        for _, move in _moves(at, device)
        if (until := _instant(move.get("until")))
    }
    found = set[Found]()
    for before in (None, *sorted(instants)):
        found.update(_cycles({str(d.get("device")): (at, d) for at, d in devices}, before))
    yield from found


def _upstream_before(device: Mapping[str, Any], before: datetime | None) -> object:
    """Return the meter above a device now (None), or just before an instant."""
    for _, move in _moves((), device) if before is not None else ():
        until = _instant(move.get("until"))
        if until is not None and before is not None and before <= until:
            return move.get("upstream", device.get("upstream"))
    return device.get("upstream")


def _cycles(named: Mapping[str, Item], before: datetime | None) -> Iterator[Found]:
    upstream = {name: _upstream_before(device, before) for name, (_, device) in named.items()}
    for name, (at, _) in named.items():
        path = [name]
        while isinstance(above := upstream.get(path[-1]), str) and above not in path:
            path.append(above)
        if above == name:
            chain = " → ".join([*path, name])
            yield (*at, "upstream"), f"upstream: a device cannot be behind itself: {chain}"


def _former_names_once(devices: Sequence[Item]) -> Iterator[Found]:
    taken: dict[str, object] = {}
    for at, device in devices:
        was = device.get("was")
        for i, one in enumerate(was if isinstance(was, list) else [was]):
            where = (*at, "was", i) if isinstance(was, list) else (*at, "was")
            old = one.get("device") if isinstance(one, dict) else None
            if not isinstance(old, str):
                continue
            if old == device.get("device"):
                yield where, f"was: '{old}' is its name now"
            elif old in taken:
                yield where, f"was: '{old}' became '{taken[old]}' already"
            taken[old] = device.get("device")


RULES: tuple[Callable[[object], Iterator[Found]], ...] = (
    _rooms_once,
    _shelves_once,
    _devices_once,
    _meters_once,
    _each_source_once,
    _places_exist,
    _meters,
)
