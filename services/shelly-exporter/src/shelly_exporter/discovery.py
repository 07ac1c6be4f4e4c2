"""`--discover`: search for devices and print what to paste into `devices.yaml`.

Devices of the second generation and later announce `_shelly._tcp` by mDNS. Multicast crosses
neither routers nor the network of pods: there a list of addresses takes its place.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence

from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from home_model.errors import SourceError
from service_kit.clock import Clock, utc_now
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from service_kit.suggestion import FoundDevice, suggestion
from shelly_exporter.client import Client
from shelly_exporter.errors import pairs
from shelly_exporter.parse import Identity, MeterReading, parse_status
from shelly_exporter.settings import Settings

SOURCE = "shelly"
SERVICE_TYPE = "_shelly._tcp.local."
HTTP_PORT = 80
RESOLVE_MILLISECONDS = 3000
HELP = """\
To search for devices, and print lines for devices.yaml:
  --discover [ADDRESS …]  by mDNS, or at these addresses
  --seconds SECONDS       how long to wait for answers by mDNS (default: 5)
"""
NOTHING = (
    "# nothing answered by mDNS, which reaches only devices of the same network (not from a "
    "container);\n# elsewhere give their addresses: --discover 192.168.1.20 192.168.1.21"
)
NO_MULTICAST = "# mDNS is not possible here ({error}); give addresses: --discover 192.168.1.20 …"
NO_ANSWER = "# nothing answered at these addresses"
PHASES_NOTE = "it measures three phases; see `phases` in the exporter's README"

type Interfaces = Sequence[str] | InterfaceChoice


def run_discovery(argv: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="shelly-exporter", description=__doc__)
    parser.add_argument("--discover", nargs="*", metavar="ADDRESS", required=True)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to wait for answers")
    arguments = parser.parse_args(argv[1:])
    try:
        settings = load_settings(Settings)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    found = asyncio.run(discover(arguments.discover, settings, arguments.seconds))
    print(found, end="")  # noqa: T201
    return 0


async def discover(addresses: Sequence[str], settings: Settings, wait_seconds: float) -> str:
    """Return what to paste for devices at these addresses, or else of the whole network."""
    if addresses:
        return suggestion(await read_devices(addresses, settings), NO_ANSWER)
    try:
        addresses = await browse(wait_seconds)
    except OSError as error:
        return NO_MULTICAST.format(error=error.strerror or error) + "\n"
    return suggestion(await read_devices(addresses, settings), NOTHING)


async def browse(
    wait_seconds: float, interfaces: Interfaces = InterfaceChoice.All
) -> Sequence[str]:
    """Return the addresses of all devices that answer by mDNS in this time.

    Raises:
        OSError: The network does not allow it.
    """
    names: set[str] = set()

    def add(
        zeroconf: Zeroconf,  # noqa: ARG001 - zeroconf's own arguments, by keyword
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.add(name)

    async with AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only) as network:
        browser = AsyncServiceBrowser(network.zeroconf, SERVICE_TYPE, handlers=[add])
        await asyncio.sleep(wait_seconds)
        await browser.async_cancel()
        found = await asyncio.gather(*(_resolve(network, name) for name in names))
    return sorted(address for address in found if address)


async def _resolve(network: AsyncZeroconf, name: str) -> str:
    info = AsyncServiceInfo(SERVICE_TYPE, name)
    if not await info.async_request(network.zeroconf, RESOLVE_MILLISECONDS):
        return ""
    addresses = info.parsed_addresses(IPVersion.V4Only)
    if not addresses:
        return ""
    return addresses[0] if info.port == HTTP_PORT else f"{addresses[0]}:{info.port}"


async def read_devices(addresses: Iterable[str], settings: Settings) -> Sequence[FoundDevice]:
    """Read each device once; one that cannot be read is listed with the reason."""
    return await asyncio.gather(*(_read_device(address, settings) for address in addresses))


async def _read_device(address: str, settings: Settings) -> FoundDevice:
    password = settings.shelly_password.get_secret_value()
    client = Client(address, password, settings.answer_seconds, Clock())
    identity: Identity | None = None
    try:
        identity = await client.read_identity()
        answer = await client.read_status(frozenset({identity.mac}))
        return _found(address, identity, parse_status(answer, utc_now()).meters)
    except SourceError as error:
        mac = pairs(identity.mac) if identity else ""
        model = identity.model if identity else "a device"
        return FoundDevice(SOURCE, address, mac, model, note=error.reason)
    finally:
        await client.close()


def _found(address: str, identity: Identity, meters: Mapping[int, MeterReading]) -> FoundDevice:
    phases = [meter for meter in meters.values() if meter.component.startswith("em:")]
    note = PHASES_NOTE if phases else ""
    return FoundDevice(
        SOURCE,
        address,
        pairs(identity.mac),
        identity.model,
        identity.name,
        dict.fromkeys(sorted(meters), ""),
        note if meters else "it has no energy meter",
    )
