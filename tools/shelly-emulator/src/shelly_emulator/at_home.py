"""Shelly plugs for the virtual home: they measure what the emulated SwitchBot plugs do.

Each device of the configuration with a `shelly` source has a plug at its address, with the login of
firmware 2.0.0 where a password is given. Counters are kept in a file, since a real plug keeps them
over a power cut.
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from home_model.config import Home
from home_model.sources import ShellySource
from service_kit.clock import utc_now
from service_kit.files import write_atomically
from service_kit.server import cannot_listen
from shelly_emulator.device import Device
from shelly_emulator.login import StrictLogin
from shelly_emulator.models import MODELS
from shelly_emulator.server import DeviceServer

LOG = logging.getLogger(__name__)
MODEL = "Plug US Gen4"
READY, COUNTERS = "ready", "counters.json"
FETCH_SECONDS = 1.0
SAVE_SECONDS = 10.0
HTTP_PORT = 80
# They have been plugged in for longer than the virtual home runs.
UPTIME_SECONDS = 3600.0

type Servers = Mapping[str, DeviceServer]


@dataclass(frozen=True, slots=True)
class AtHome:
    """Where things are.

    Attributes:
        watts_url: `/virtual/` of the emulated SwitchBot cloud.
        folder: For the counters, and the file that exists while all is ready.
    """

    home: Home
    watts_url: str
    folder: Path
    password: str


async def run(at_home: AtHome) -> None:
    """Run all plugs until cancelled.

    Raises:
        CannotStartError: An address cannot be listened at.
    """
    ready, counters = at_home.folder / READY, at_home.folder / COUNTERS
    at_home.folder.mkdir(parents=True, exist_ok=True)
    ready.unlink(missing_ok=True)  # left behind by a kill -9
    async with AsyncExitStack() as stack:
        servers = await _start(at_home, stack)
        load_counters(counters, servers)
        ready.touch()
        LOG.info("%d Shelly plugs: %s", len(servers), ", ".join(servers))
        try:
            await _follow(at_home, servers)
        finally:
            ready.unlink(missing_ok=True)
            save_counters(counters, servers)


async def _start(at_home: AtHome, stack: AsyncExitStack) -> Servers:
    servers: dict[str, DeviceServer] = {}
    for device in at_home.home.devices:
        for source in device.sources:
            if isinstance(source, ShellySource):
                server = server_of(source, device.device, at_home.password)
                try:
                    await stack.enter_async_context(server)
                except OSError as error:
                    raise cannot_listen(server.address, server.port, error, "port") from error
                servers[device.device] = server
    return servers


def server_of(source: ShellySource, name: str, password: str) -> DeviceServer:
    """Return the plug of a source, at its address."""
    host, _, port = source.address.partition(":")
    plug = Device(MODELS[MODEL], source.id, name)
    plug.be_up_since(UPTIME_SECONDS)
    if password:
        plug.login = StrictLogin(plug.device_id, password, utc_now)
    return DeviceServer(plug, host, int(port or HTTP_PORT))


async def _follow(at_home: AtHome, servers: Servers) -> None:
    """Let the plugs measure what the devices of the virtual home draw; without it, nothing new."""
    counters = at_home.folder / COUNTERS
    saved = asyncio.get_running_loop().time()
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        while True:
            try:
                answer = (await http.get(at_home.watts_url)).raise_for_status().json()
                follow(answer["devices"], servers)
            except httpx.HTTPError as error:
                LOG.warning("no watts from %s: %r", at_home.watts_url, error)
            if asyncio.get_running_loop().time() - saved >= SAVE_SECONDS:
                saved = asyncio.get_running_loop().time()
                await asyncio.to_thread(save_counters, counters, servers)
            await asyncio.sleep(FETCH_SECONDS)


def follow(devices: Mapping[str, Any], servers: Servers) -> None:
    """Set the loads of the plugs."""
    for name, server in servers.items():
        if name in devices:
            server.device.set_watts(devices[name]["watts"] if devices[name]["online"] else 0.0)


def save_counters(file: Path, servers: Servers) -> None:
    """Write the counters of all plugs."""
    counters: dict[str, Sequence[float]] = {}
    for server in servers.values():
        server.device.advance()
        (meter,) = server.device.meters.values()
        counters[server.device.mac] = (meter.imported_wh, meter.returned_wh)
    write_atomically(file, json.dumps(counters).encode())


def load_counters(file: Path, servers: Servers) -> None:
    """Let the plugs go on counting from the file, if there is one."""
    counters = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for server in servers.values():
        (meter,) = server.device.meters.values()
        meter.imported_wh, meter.returned_wh = counters.get(server.device.mac, (0.0, 0.0))
