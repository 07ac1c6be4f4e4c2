"""`--discover`: receive all messages of the broker for a minute and print what to paste.

A client of its own, whose session ends with it, so that a running gateway is not disturbed.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from home_model.errors import RejectedError, SourceError
from mqtt_gateway.client import Connection
from mqtt_gateway.found import Topics, list_devices
from mqtt_gateway.parse import MAX_PAYLOAD_BYTES
from mqtt_gateway.settings import Settings
from mqtt_gateway.subscribed import Subscribed
from service_kit.clock import Clock
from service_kit.errors import CannotStartError, SettingsError
from service_kit.settings import load_settings
from service_kit.suggestion import suggestion

HELP = """\
To list the devices of a broker, and print lines for devices.yaml:
  --discover              receive all messages, and look for meters in them
  --seconds SECONDS       for how long (default: 60)
"""
NOTHING = (
    "# no meter was found in the messages of this time; some devices send each five minutes only:\n"
    "# --discover --seconds 330"
)
MAX_TOPICS = 50_000
CHECK_SECONDS = 0.2


def run_discovery(argv: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="mqtt-gateway", description=__doc__)
    parser.add_argument("--discover", action="store_true", required=True)
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long to receive")
    arguments = parser.parse_args(argv)
    try:
        topics = asyncio.run(receive_all(load_settings(Settings), arguments.seconds))
    except (SettingsError, CannotStartError, SourceError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(suggestion(list_devices(topics), NOTHING))
    return 0


async def receive_all(settings: Settings, seconds: float) -> Topics:
    """Return the latest message of each topic that is published within some seconds.

    Raises:
        CannotStartError: The certificate of the CA cannot be used.
        SourceError: There was no connection in this time, or the broker refused it.
    """
    clock, broker = Clock(), settings.broker(f"-discover-{os.getpid()}")
    connection = Connection(broker, lambda: {"#": True}, Subscribed(None, ""), clock)
    topics: dict[str, bytes] = {}
    tasks = [
        asyncio.create_task(connection.run()),
        asyncio.create_task(_collect(connection, topics)),
    ]
    try:
        end = clock.monotonic() + seconds
        while clock.monotonic() < end:
            await clock.sleep(CHECK_SECONDS)
            if isinstance(connection.problem, RejectedError):
                raise connection.problem
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if not topics and connection.problem:
        raise connection.problem
    return topics


async def _collect(connection: Connection, topics: dict[str, bytes]) -> None:
    while True:
        for message in await connection.take():
            body = message.payload.body
            if len(body) <= MAX_PAYLOAD_BYTES and (
                message.topic in topics or len(topics) < MAX_TOPICS
            ):
                topics[message.topic] = body
            if message.acknowledge:
                message.acknowledge()
