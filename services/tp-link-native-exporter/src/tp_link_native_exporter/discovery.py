"""`--discover`: search the network for plugs and print what to paste into `devices.yaml`."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

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
from service_kit.suggestion import FoundDevice, suggestion
from tp_link_native_exporter.client import outlets
from tp_link_native_exporter.errors import (
    COMPATIBILITY_OFF,
    MALFORMED_ANSWER_ERRORS,
    NO_CREDENTIALS,
    WRONG_CREDENTIALS,
)
from tp_link_native_exporter.probe import HTTP_PORT, Address
from tp_link_native_exporter.settings import Settings

SOURCE = "native"
BROADCAST = "255.255.255.255"
UPDATE_SECONDS = 10.0
NOTHING = "# nothing answered; discovery needs to be in the plugs' own network"
HELP = """\
To search the network for plugs, and print lines for devices.yaml:
  --discover [ADDRESS]  everywhere, or at one address
  --seconds SECONDS     how long to wait for answers (default: 5)
"""
NO_ACCOUNT = (
    "# no TP-Link account is set: without TP_LINK_USERNAME and TP_LINK_PASSWORD only Kasa plugs on "
    "port 9999 can be read"
)


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
    print(suggestion(found, NOTHING), end="")  # noqa: T201
    return 0


async def discover(
    target: str, credentials: Credentials | None, wait_seconds: int
) -> Sequence[FoundDevice]:
    """Return everything that answers at an address, or on the network of a broadcast address."""
    unsupported: list[FoundDevice] = []

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


async def _read_plug(device: Device, credentials: Credentials | None) -> FoundDevice:
    port = device.config.connection_type.http_port or HTTP_PORT
    address = str(Address(device.host, None if port == HTTP_PORT else port))
    try:
        async with asyncio.timeout(UPDATE_SECONDS):
            await device.update()
        names = tuple(
            outlet.alias or "" for outlet in outlets(device) if Module.Energy in outlet.modules
        )
        note = "" if names else "it has no energy meter"
        meters = dict(enumerate(names, start=1))
        name = device.alias or ""
        return FoundDevice(SOURCE, address, device.mac, device.model, name, meters, note)
    except (KasaException, TimeoutError, *MALFORMED_ANSWER_ERRORS) as error:
        note = _why_unread(error, credentials)
        return FoundDevice(SOURCE, address, device.mac, device.model, note=note)
    finally:
        await device.disconnect()


def _why_unread(error: Exception, credentials: Credentials | None) -> str:
    if isinstance(error, AuthenticationError):
        return WRONG_CREDENTIALS if credentials else NO_CREDENTIALS
    return f"it could not be read: {error or type(error).__name__}"


def _unsupported(error: UnsupportedDeviceError) -> FoundDevice:
    result = error.discovery_result or {}
    scheme = result.get("mgt_encrypt_schm")
    is_tpap = isinstance(scheme, dict) and scheme.get("encrypt_type") == "TPAP"
    note = COMPATIBILITY_OFF if is_tpap else f"python-kasa cannot read it: {error}"
    mac = str(result.get("mac") or "").replace("-", ":")
    model = str(result.get("device_model") or "?")
    return FoundDevice(SOURCE, str(error.host), mac, model, note=note)
