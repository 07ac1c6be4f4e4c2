"""A broker, and plugs of the virtual home that measure what its SwitchBot plugs do.

Each device of the configuration with an `mqtt` source has a plug, with a connection, a will and a
counter of its own, which a file keeps.
"""

import asyncio
import json
import logging
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from home_model.config import Home
from home_model.sources import MqttSource
from mqtt_emulator.broker import mosquitto
from mqtt_emulator.devices import Plug, Publication, State
from service_kit.clock import utc_now
from service_kit.files import write_atomically

LOG = logging.getLogger(__name__)
READY, COUNTERS = "ready", "counters.json"
REPORT_SECONDS = 5.0
SECONDS_PER_HOUR, WATTS_PER_KILOWATT = 3_600, 1_000
QOS = 1


@dataclass(slots=True)
class Running:
    """One plug, its connection and its counter."""

    plug: Plug
    client: Client
    watts: float = 0.0
    energy_kwh: float = 0.0
    at: datetime = field(default_factory=utc_now)

    def report(self, watts: float, now: datetime) -> None:
        """Count what was used since the last report, and publish."""
        hours = (now - self.at).total_seconds() / SECONDS_PER_HOUR
        self.energy_kwh += max(0.0, hours) * (self.watts + watts) / 2 / WATTS_PER_KILOWATT
        self.watts, self.at = watts, now
        self.publish(self.plug.report(State(watts, self.energy_kwh, now)))

    def publish(self, message: Publication) -> None:
        """Hand a message to the broker."""
        self.client.publish(message.topic, message.payload, QOS, message.is_retained)


async def run(home: Home, watts_url: str, folder: Path, port: int) -> None:
    """Run the broker and all plugs until cancelled.

    Raises:
        CannotStartError: The broker does not listen.
    """
    ready, counters = folder / READY, folder / COUNTERS
    with ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, _broker(folder, port))
        plugs = {name: stack.enter_context(_connected(plug, port)) for name, plug in _plugs(home)}
        _load(counters, plugs)
        ready.touch()
        LOG.info("a broker at 127.0.0.1:%d with %s", port, ", ".join(plugs))
        try:
            await _follow(watts_url, plugs, counters)
        finally:
            ready.unlink(missing_ok=True)


@contextmanager
def _broker(folder: Path, port: int) -> Generator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / READY).unlink(missing_ok=True)  # left behind by a kill -9
    with mosquitto(folder, port):
        yield


def _plugs(home: Home) -> list[tuple[str, Plug]]:
    return [
        (device.device, Plug(source.profile, source.id))
        for device in home.devices
        for source in device.sources
        if isinstance(source, MqttSource)
    ]


@contextmanager
def _connected(plug: Plug, port: int) -> Generator[Running]:
    client = Client(CallbackAPIVersion.VERSION2, client_id=plug.base.replace("/", "-"))
    client.will_set(plug.will.topic, plug.will.payload, QOS, plug.will.is_retained)
    client.connect("127.0.0.1", port)
    client.loop_start()
    running = Running(plug, client)
    running.publish(plug.birth)
    try:
        yield running
    finally:
        client.disconnect()
        client.loop_stop()


async def _follow(watts_url: str, plugs: Mapping[str, Running], counters: Path) -> None:
    """Let the plugs measure what the devices of the virtual home draw."""
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        while True:
            try:
                devices = (await http.get(watts_url)).raise_for_status().json()["devices"]
                follow(devices, plugs, utc_now())
                await asyncio.to_thread(_save, counters, plugs)
            except httpx.HTTPError as error:
                LOG.warning("no watts from %s: %r", watts_url, error)
            await asyncio.sleep(REPORT_SECONDS)


def follow(devices: Mapping[str, Any], plugs: Mapping[str, Running], now: datetime) -> None:
    """Report the loads of all plugs."""
    for name, running in plugs.items():
        if name in devices and devices[name]["online"]:
            running.report(devices[name]["watts"], now)


def _save(file: Path, plugs: Mapping[str, Running]) -> None:
    counters = {name: running.energy_kwh for name, running in plugs.items()}
    write_atomically(file, json.dumps(counters).encode())


def _load(file: Path, plugs: Mapping[str, Running]) -> None:
    counters = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for name, running in plugs.items():
        running.energy_kwh = counters.get(name, 0.0)
