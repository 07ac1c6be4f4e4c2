"""Wiring: the connection, the gateway and the outbox, for as long as the process runs."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from exporter_kit import Exporter, Subscribe
from exporter_kit.app import run_without_devices
from home_model.sources import MqttSource
from mqtt_gateway.client import Connection
from mqtt_gateway.devices import Devices
from mqtt_gateway.gateway import Gateway
from mqtt_gateway.profiles import DEFAULT_MAX_AGE_SECONDS, max_age_seconds
from mqtt_gateway.settings import Settings
from mqtt_gateway.subscribed import Subscribed
from service_kit.clock import Clock
from timeseries_io.forwarding import forwarding

NAME = "mqtt-gateway"
MAX_AGE_SECONDS = max(DEFAULT_MAX_AGE_SECONDS.values())
# `--once` waits so long for a device that sends by itself.
ONCE_SECONDS = 60.0
ONCE_SUFFIX = "-once"


@asynccontextmanager
async def open_gateway(settings: Settings, client_id_suffix: str = "") -> AsyncGenerator[Gateway]:
    """Connect and handle messages for the length of a `with` block.

    Args:
        settings: Of the broker and of InfluxDB.
        client_id_suffix: Of a client beside the running gateway: without it this one would throw
            that one out. It writes nothing.

    Raises:
        ConfigError: The gateway's own configuration cannot be used.
        CannotStartError: The outbox or the CA's certificate cannot be used.
    """
    # Of a lost connection it logs what is no error here, and not the reason.
    logging.getLogger("paho").setLevel(logging.CRITICAL)
    clock, broker, config = Clock(), settings.broker(client_id_suffix), settings.load_config()
    devices = Devices(config.patterns, config.max_devices)
    file = None if client_id_suffix else settings.session_file
    session = f"{broker.client_id} at {broker.host}:{broker.port}"
    connection = Connection(broker, devices.filters, Subscribed(file, session), clock)
    async with AsyncExitStack() as stack:
        outbox = None
        if settings.forwards and not client_id_suffix:
            outbox = await stack.enter_async_context(
                forwarding(settings, settings.outbox_file, clock)
            )
        gateway = Gateway(connection, devices, config.fixed, outbox, clock)
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(gateway.run()), tasks.create_task(connection.run())]
            yield gateway
            for task in work:
                task.cancel()


@asynccontextmanager
async def open_exporter(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open the exporter of the devices of `devices.yaml`."""
    async with open_gateway(settings) as gateway:
        yield _exporter(gateway, MAX_AGE_SECONDS)


@asynccontextmanager
async def open_once(settings: Settings) -> AsyncGenerator[Exporter]:
    """Open an exporter beside the one that runs, for one reading of each device."""
    async with open_gateway(settings, ONCE_SUFFIX) as gateway:
        yield _exporter(gateway, ONCE_SECONDS)


async def run_gateway(settings: Settings) -> None:
    """Write to InfluxDB until SIGTERM or SIGINT, without a `devices.yaml`.

    Raises:
        ConfigError: The configuration cannot be used.
        CannotStartError: The outbox, the CA's certificate or the port cannot be used.
    """
    async with open_gateway(settings) as gateway:
        await run_without_devices(NAME, settings, gateway.samples)


def _exporter(gateway: Gateway, age_limit_seconds: float) -> Exporter:
    devices = Subscribe(
        MqttSource,
        gateway.stream,
        age_limit_seconds,
        source_age_limit_seconds=max_age_seconds,
    )
    return Exporter(readers=(devices,), samples=gateway.samples)
