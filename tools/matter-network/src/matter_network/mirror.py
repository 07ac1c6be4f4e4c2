"""Let the Matter plugs measure what the emulated Tapo plugs do."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from matter_network.network import MatterNetwork
from matter_network.outlets import Outlet, Outlets, Values

# Real plugs report a change at most so often; the server asks for no more.
INTERVAL_SECONDS = 1.0


def mirror_plugs(
    network: MatterNetwork,
    twins: Mapping[str, str],
    fetch: Callable[[], Outlets],
    ready: Path,
) -> None:
    """Mirror for ever; `ready` is made when all plugs were set once.

    Raises:
        httpx.HTTPError: The network does not answer any more, or a plug ended.
    """
    mirrored: dict[str, Outlet] = {}
    while True:
        outlets = fetch()
        for device, serial in twins.items():
            before = mirrored.get(serial)
            mirrored[serial] = mirror_plug(network, serial, before, outlets[device])
        ready.touch()
        time.sleep(INTERVAL_SECONDS)


def mirror_plug(network: MatterNetwork, serial: str, before: Outlet | None, now: Outlet) -> Outlet:
    """Set what has changed; a plug without power is killed: it sends no goodbye."""
    had_power = before is None or before.plugged_in
    if had_power and not now.plugged_in:
        network.kill(serial)
    elif not had_power and now.plugged_in:
        network.start(serial)
        before = None
    changed = now.values if before is None else _changed(before.values, now.values)
    if now.plugged_in and changed:
        network.set(serial, **changed)
    return now


def _changed(before: Values, now: Values) -> Values:
    return {word: value for word, value in now.items() if before.get(word) != value}
