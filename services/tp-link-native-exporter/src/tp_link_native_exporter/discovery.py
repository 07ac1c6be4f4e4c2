"""`--discover`: search the network for plugs and print what to paste into `devices.yaml`."""

import argparse
import asyncio
import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anyascii import anyascii
from kasa import (
    AuthenticationError,
    Credentials,
    Device,
    Discover,
    KasaException,
    Module,
    UnsupportedDeviceError,
)

from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from tp_link_native_exporter.client import outlets
from tp_link_native_exporter.errors import (
    COMPATIBILITY_OFF,
    MALFORMED_ANSWER_ERRORS,
    NO_CREDENTIALS,
    WRONG_CREDENTIALS,
)
from tp_link_native_exporter.probe import HTTP_PORT, Address
from tp_link_native_exporter.settings import Settings

BROADCAST = "255.255.255.255"
UPDATE_SECONDS = 10.0
MAX_ID_LENGTH = 50
HELP = """\
To search the network for plugs, and print lines for devices.yaml:
  --discover [ADDRESS]  everywhere, or at one address
  --seconds SECONDS     how long to wait for answers (default: 5)
"""
NO_ACCOUNT = (
    "# no TP-Link account is set: without TP_LINK_USERNAME and TP_LINK_PASSWORD only Kasa plugs on "
    "port 9999 can be read"
)


@dataclass(frozen=True, slots=True)
class FoundPlug:
    """A plug that answered.

    Attributes:
        name: Its own name, as given in the vendor's app.
        outlet_names: One for each outlet with a meter; none when it could not be read, and `note`
            is the reason.
    """

    address: str
    mac: str
    model: str
    name: str = ""
    outlet_names: tuple[str, ...] = ()
    note: str = ""


def run_discovery(argv: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="tp-link-native-exporter", description=__doc__)
    parser.add_argument("--discover", nargs="?", const=BROADCAST, metavar="ADDRESS")
    parser.add_argument("--seconds", type=int, default=5, help="how long to wait for answers")
    arguments = parser.parse_args(argv[1:])
    logging.getLogger("kasa").setLevel(logging.CRITICAL)
    try:
        credentials = load_settings(Settings).credentials()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    if credentials is None:
        print(NO_ACCOUNT)  # noqa: T201
    found = asyncio.run(discover(arguments.discover, credentials, arguments.seconds))
    print(suggestion(found), end="")  # noqa: T201
    return 0


async def discover(
    target: str, credentials: Credentials | None, wait_seconds: int
) -> Sequence[FoundPlug]:
    """Return everything that answers at an address, or on the network of a broadcast address."""
    unsupported: list[FoundPlug] = []

    async def add_unsupported(error: UnsupportedDeviceError) -> None:
        unsupported.append(_unsupported(error))

    devices = await Discover.discover(
        target=target,
        discovery_timeout=wait_seconds,
        credentials=credentials,
        on_unsupported=add_unsupported,
    )
    read = await asyncio.gather(*(_read_plug(device, credentials) for device in devices.values()))
    return sorted([*read, *unsupported], key=lambda found: found.address)


async def _read_plug(device: Device, credentials: Credentials | None) -> FoundPlug:
    port = device.config.connection_type.http_port or HTTP_PORT
    address = str(Address(device.host, None if port == HTTP_PORT else port))
    try:
        async with asyncio.timeout(UPDATE_SECONDS):
            await device.update()
        names = tuple(
            outlet.alias or "" for outlet in outlets(device) if Module.Energy in outlet.modules
        )
        note = "" if names else "it has no energy meter"
        return FoundPlug(address, device.mac, device.model, device.alias or "", names, note)
    except (KasaException, TimeoutError, *MALFORMED_ANSWER_ERRORS) as error:
        note = _why_unread(error, credentials)
        return FoundPlug(address, device.mac, device.model, note=note)
    finally:
        await device.disconnect()


def _why_unread(error: Exception, credentials: Credentials | None) -> str:
    if isinstance(error, AuthenticationError):
        return WRONG_CREDENTIALS if credentials else NO_CREDENTIALS
    return f"it could not be read: {error or type(error).__name__}"


def _unsupported(error: UnsupportedDeviceError) -> FoundPlug:
    result = error.discovery_result or {}
    scheme = result.get("mgt_encrypt_schm", {}).get("encrypt_type")
    note = COMPATIBILITY_OFF if scheme == "TPAP" else f"python-kasa cannot read it: {error}"
    mac = str(result.get("mac", "")).replace("-", ":")
    return FoundPlug(str(error.host), mac, str(result.get("device_model", "?")), note=note)


def suggestion(found: Sequence[FoundPlug]) -> str:
    """Return YAML of `devices:`. Rooms and shelves are left for the reader to fill in."""
    if not found:
        return "# nothing answered; discovery needs to be in the plugs' own network\n"
    used: set[str] = set()
    lines = [line for plug in found for line in _plug_lines(plug, used)]
    return "\n".join(["devices:", *lines]) + "\n"


def _plug_lines(plug: FoundPlug, used: set[str]) -> Iterator[str]:
    yield f"  # {plug.model} at {plug.address}" + (f": {plug.note}" if plug.note else "")
    is_strip = len(plug.outlet_names) > 1
    for meter, outlet_name in enumerate(plug.outlet_names, start=1):
        yield f"  - device: {_device_id(plug, f'_{meter}' if is_strip else '', used)}"
        if name := (outlet_name if is_strip else plug.name):
            yield f"    name: {{{_language(name)}: {json.dumps(name, ensure_ascii=False)}}}"
        yield "    room: CHANGE_ME"
        yield "    shelf: CHANGE_ME"
        yield "    sources:"
        yield "      - source: native"
        yield f'        id: "{plug.mac}"'
        yield f"        address: {plug.address}"
        if is_strip:
            yield f"        meter: {meter}"


def _device_id(plug: FoundPlug, suffix: str, used: set[str]) -> str:
    """Return an id made from the name, or else from model and MAC; never the same one twice."""
    digits = plug.mac.replace(":", "")[-4:].lower()
    base = _transliterated(plug.name) or f"{_slug(plug.model)}_{digits}"
    chosen = f"{base}{suffix}"
    if chosen in used:
        chosen = f"{base}_{digits}{suffix}"
    used.add(chosen)
    return chosen


def _transliterated(name: str) -> str:
    # The reading of an ideograph depends on language and context: no table has it.
    if any(_is_ideograph(character) for character in name):
        return ""
    return _slug(anyascii(name))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower())[:MAX_ID_LENGTH].strip("_")


def _language(name: str) -> str:
    return "ja" if any(_is_ideograph(c) or _is_kana(c) for c in name) else "en"


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ")


def _is_kana(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("HIRAGANA", "KATAKANA"))
