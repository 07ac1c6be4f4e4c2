"""Forward to InfluxDB without a configuration of devices."""

from aiseg2_exporter.client import Client
from aiseg2_exporter.forwarder import forwarding_unit
from aiseg2_exporter.live import LiveReader
from aiseg2_exporter.settings import Settings
from exporter_kit.app import run_without_devices
from service_kit.clock import Clock


async def forward_only(name: str, settings: Settings) -> None:
    """Forward until SIGTERM or SIGINT, with /metrics and /healthz.

    Raises:
        CannotStartError: The outbox or the port cannot be used.
    """
    clock, client = Clock(), Client(settings.connection)
    async with forwarding_unit(settings, LiveReader(client, clock), clock) as forwarder:
        await run_without_devices(name, settings, forwarder.samples)
    await client.close()
