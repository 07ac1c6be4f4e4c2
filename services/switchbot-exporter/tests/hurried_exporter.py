"""The real exporter with its back-off and pauses, not its deadlines, two hundred times as short."""

import asyncio
import time

from exporter_kit.app import Program, run_exporter
from service_kit.clock import Clock
from service_kit.log import set_up_log
from service_kit.settings import load_settings, secret_values
from switchbot_exporter.cloud.exporter import open_cloud
from switchbot_exporter.cloud.settings import CloudSettings

SPEED = 200


async def serve(settings: CloudSettings) -> None:
    """As `python -m switchbot_exporter`."""
    clock = Clock(
        monotonic=lambda: time.monotonic() * SPEED,
        sleep=lambda seconds: asyncio.sleep(seconds / SPEED),
    )
    async with open_cloud(settings, clock) as exporter:
        await run_exporter(Program("switchbot-exporter", "0", settings, exporter), clock)


if __name__ == "__main__":
    from_environment = load_settings(CloudSettings)
    set_up_log(from_environment.log_level, "console", secret_values(from_environment))
    asyncio.run(serve(from_environment))
