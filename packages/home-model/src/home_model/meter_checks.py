"""Rules of `devices.yaml` on meters above meters: the tree of `upstream`, its kinds and its past.

As in `cross_checks`, parts of another shape than expected are left out: the schema names them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

type Location = tuple[int | str, ...]
type Found = tuple[Location, str]
type Item = tuple[Location, dict[str, Any]]

GRID_KINDS = ("grid", "grid_import", "grid_export")


def check_meters(devices: Sequence[Item]) -> Iterator[Found]:
    """Yield every broken rule of the devices of a document, with its location."""
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
        for where, part in ((at, device), *moves_of(at, device)):
            if isinstance(upstream := part.get("upstream"), str):
                yield (*where, "upstream"), upstream


def moves_of(at: Location, device: Mapping[str, Any]) -> Iterator[Item]:
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
        for where, move in moves_of(at, device):
            until = _instant(move.get("until"))
            if until is not None and before is not None and until <= before:
                yield (*where, "until"), "until: moves are in the order of time, earliest first"
            before = until or before


def _no_cycles(devices: Sequence[Item]) -> Iterator[Found]:
    """The tree as it is now, and as it was before every move."""
    instants = {
        until
        for at, device in devices
        for _, move in moves_of(at, device)
        if (until := _instant(move.get("until")))
    }
    found = set[Found]()
    for before in (None, *sorted(instants)):
        found.update(_cycles({str(d.get("device")): (at, d) for at, d in devices}, before))
    yield from found


def _upstream_before(device: Mapping[str, Any], before: datetime | None) -> object:
    """Return the meter above a device now (None), or just before an instant."""
    for _, move in moves_of((), device) if before is not None else ():
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
