"""Forward to InfluxDB without a configuration of devices."""

import asyncio
from importlib.metadata import version

from aiseg2_exporter.client import Client
from aiseg2_exporter.forwarder import forwarding
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.settings import Settings
from exporter_kit.metrics_page import MetricsPage
from exporter_kit.server import Endpoints, serve
from service_kit.clock import Clock
from service_kit.health import Pulse
from service_kit.signals import stop_event

BEAT_SECONDS = 1.0


async def forward_only(name: str, settings: Settings) -> None:
    """Forward until SIGTERM or SIGINT, with /metrics and /healthz.

    Raises:
        CannotStartError: The outbox or the port cannot be used.
    """
    clock, pulse, page = Clock(), Pulse(), MetricsPage()
    stopping, client = stop_event(), Client(settings.connection)
    async with forwarding(settings, LiveReader(client, clock), clock) as forwarder:
        page.add_exporter(name, version(name), forwarder.samples)
        endpoints = Endpoints(name, version(name), page.text, pulse.is_alive, lambda: True)
        async with serve(endpoints, settings.listen_host, settings.listen_port):
            stopped = asyncio.create_task(stopping.wait())
            while not stopped.done():
                pulse.beat()
                await asyncio.wait([stopped], timeout=BEAT_SECONDS)
    await client.close()
