"""`--discover`: ask the network who is there and print what to paste into `devices.yaml`."""

import argparse
import asyncio
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kasa import Credentials, Device, Discover, KasaException, Module, UnsupportedDeviceError

from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from tp_link_native_exporter.address import HTTP_PORT, Address
from tp_link_native_exporter.causes import COMPATIBILITY_OFF
from tp_link_native_exporter.settings import Settings
from tp_link_native_exporter.updating import NONSENSE, outlets_of, update

BROADCAST = "255.255.255.255"
UPDATE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A plug that answered. `outlets` is 0 when it could not be asked, and `note` says why."""

    address: str
    mac: str
    model: str
    name: str
    outlets: int
    note: str = ""


def discover_and_print(argv: Sequence[str]) -> int:
    """The command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="tp_link_native_exporter", description=__doc__)
    parser.add_argument("--discover", nargs="?", const=BROADCAST, metavar="ADDRESS")
    parser.add_argument("--seconds", type=int, default=5, help="how long to listen for answers")
    arguments = parser.parse_args(argv[1:])
    logging.getLogger("kasa").setLevel(logging.CRITICAL)
    try:
        credentials = load_settings(Settings).credentials()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    found = asyncio.run(discover(arguments.discover, credentials, arguments.seconds))
    print(suggestion(found), end="")  # noqa: T201
    return 0


async def discover(
    target: str, credentials: Credentials | None, listen_seconds: int
) -> Sequence[Found]:
    """Everything that answers at an address, or on the network of a broadcast address."""
    unsupported: list[Found] = []

    async def note_unsupported(error: UnsupportedDeviceError) -> None:
        unsupported.append(_unsupported(error))

    devices = await Discover.discover(
        target=target,
        discovery_timeout=listen_seconds,
        credentials=credentials,
        on_unsupported=note_unsupported,
    )
    asked = await asyncio.gather(*(_ask(device) for device in devices.values()))
    return sorted([*asked, *unsupported], key=lambda found: found.address)


async def _ask(device: Device) -> Found:
    try:
        async with asyncio.timeout(UPDATE_SECONDS):
            await update(device)
        sockets = outlets_of(device)
        metered = sum(Module.Energy in socket.modules for socket in sockets)
        note = "" if metered else "it has no energy meter"
        return _found(device, device.alias or "", metered, note)
    except (KasaException, TimeoutError, *NONSENSE) as error:
        return _found(device, "", 0, f"it could not be asked: {error}")
    finally:
        await device.disconnect()


def _found(device: Device, name: str, outlets: int, note: str) -> Found:
    port = device.config.connection_type.http_port or HTTP_PORT
    address = Address(device.host, None if port == HTTP_PORT else port)
    return Found(str(address), device.mac, device.model, name, outlets, note)


def _unsupported(error: UnsupportedDeviceError) -> Found:
    said = error.discovery_result or {}
    scheme = said.get("mgt_encrypt_schm", {}).get("encrypt_type")
    note = COMPATIBILITY_OFF if scheme == "TPAP" else f"python-kasa cannot read it: {error}"
    mac = str(said.get("mac", "")).replace("-", ":")
    return Found(str(error.host), mac, str(said.get("device_model", "?")), "", 0, note)


def suggestion(found: Sequence[Found]) -> str:
    """YAML below `devices:`. Ids are made of names; rooms and shelves only you know."""
    if not found:
        return "# nothing answered; discovery needs to be in the plugs' own network\n"
    lines = [line for plug in found for line in _plug_lines(plug)]
    return "\n".join(["devices:", *lines]) + "\n"


def _plug_lines(plug: Found) -> Iterator[str]:
    yield f"  # {plug.model} at {plug.address}" + (f": {plug.note}" if plug.note else "")
    for outlet in range(plug.outlets):
        part = f"_{outlet + 1}" if plug.outlets > 1 else ""
        yield f"  - device: {_id_of(plug)}{part}"
        yield "    room: CHANGE_ME"
        yield "    shelf: CHANGE_ME"
        yield "    sources:"
        yield "      - source: native"
        yield f"        id: {plug.mac}"
        yield f"        address: {plug.address}"
        if plug.outlets > 1:
            yield f"        meter: {outlet + 1}"


def _id_of(plug: Found) -> str:
    text = re.sub(r"[^a-z0-9]+", "_", plug.name.lower()).strip("_")
    return text or f"{plug.model.lower()}_{plug.mac.replace(':', '')[-4:].lower()}"
