"""A gateway in the event loop of a test, on a real broker, and what it made of the messages."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from mqtt_messages import body
from paho.mqtt import publish

from home_model.sources import MqttSource
from mqtt_emulator.broker import Mosquitto
from mqtt_gateway.devices import Result
from mqtt_gateway.exporter import open_gateway
from mqtt_gateway.gateway import Gateway
from mqtt_gateway.settings import Settings
from service_kit.waiting import poll_until_async
from testbed.process import free_port, wait_limit_seconds

type Content = bytes | str | dict[str, Any]


def make_settings(broker: Mosquitto, folder: Path, **changed: Any) -> Settings:  # noqa: ANN401 - any setting
    """Settings of a gateway that keeps points: nothing listens where InfluxDB should be."""
    fields: dict[str, Any] = {
        "mqtt_host": "127.0.0.1",
        "mqtt_port": broker.port,
        "state_dir": folder / "state",
        "mqtt_config_file": folder / "mqtt.yaml",
        "config_file": folder / "devices.yaml",
        "influxdb_host": f"127.0.0.1:{free_port()}",
        "influxdb_database": "home",
        **changed,
    }
    return Settings(**fields)


def write_config(folder: Path, devices: Iterable[dict[str, Any]] = (), **fields: Any) -> None:  # noqa: ANN401 - as in the file
    """Write the gateway's own configuration."""
    document = {"devices": list(devices), **fields}
    (folder / "mqtt.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


def kept_lines(settings: Settings) -> list[str]:
    """Return the points that wait in the outbox, in their order."""
    with closing(sqlite3.connect(settings.outbox_file)) as outbox:
        bodies = outbox.execute("SELECT body FROM outbox ORDER BY id").fetchall()
    return [line for (text,) in bodies for line in text.split("\n")]


async def send(
    broker: Mosquitto,
    *messages: tuple[str, Content],
    qos: int = 1,
    retain: bool = False,
) -> None:
    """Publish messages, in their order, and return when the broker has them."""
    packets: Any = [(topic, body(content), qos, retain) for topic, content in messages]
    await asyncio.to_thread(publish.multiple, packets, hostname="127.0.0.1", port=broker.port)


@dataclass
class Running:
    """A gateway and the results of its stream."""

    gateway: Gateway
    settings: Settings
    results: list[tuple[MqttSource, Result]] = field(default_factory=list)

    @property
    def last(self) -> Result | None:
        """Return the newest result."""
        return self.results[-1][1] if self.results else None

    def handled(self) -> dict[str, float]:
        """Return how many messages ended how; those that are none are left out."""
        return {
            sample.labels["handled"]: sample.value
            for sample in self.gateway.samples()
            if sample.name == "mqtt_messages_total" and sample.value
        }

    def value(self, name: str, **labels: str) -> float:
        """Return a sample of the gateway's own."""
        (value,) = (
            sample.value
            for sample in self.gateway.samples()
            if sample.name == name and labels.items() <= dict(sample.labels).items()
        )
        return value

    def reasons(self) -> set[str]:
        """Return why devices are down."""
        return {
            sample.labels["reason"]
            for sample in self.gateway.samples()
            if sample.name == "mqtt_device_down" and sample.value
        }

    async def until(self, condition: Any) -> None:  # noqa: ANN401 - a function
        """Wait until it holds."""
        assert await poll_until_async(condition, wait_limit_seconds(), interval_seconds=0.01), (
            self.handled(),
            self.results[-5:],
        )

    async def until_subscribed(self) -> None:
        """Wait until the broker has accepted all filters."""
        connection = self.gateway.connection
        await self.until(lambda: connection.is_connected and connection.is_subscribed)


@asynccontextmanager
async def running(
    settings: Settings, sources: Sequence[MqttSource] = ()
) -> AsyncGenerator[Running]:
    """Run a gateway for the length of a `with` block."""

    async def consume(to: Running) -> None:
        async for result in to.gateway.stream(sources):
            to.results.append(result)

    async with open_gateway(settings) as gateway:
        started = Running(gateway, settings)
        task = asyncio.create_task(consume(started))
        try:
            yield started
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
