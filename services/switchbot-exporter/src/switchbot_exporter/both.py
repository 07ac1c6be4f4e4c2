"""Cloud and Bluetooth in one process: two sources of a device, side by side."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import chain

from exporter_kit import Exporter, Poll
from home_model.sources import CloudSource
from switchbot_exporter.ble.exporter import ble_feed
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.rest import Rest
from switchbot_exporter.ble.settings import BleSettings
from switchbot_exporter.cloud.exporter import open_cloud
from switchbot_exporter.cloud.settings import CloudSettings


class BothSettings(CloudSettings, BleSettings):
    """All of both.

    Attributes:
        cloud_rests_while_ble_fresh: Do not ask the cloud for a plug that was heard within
            BLE_AGE_LIMIT_SECONDS; its quota goes to the others.
    """

    cloud_rests_while_ble_fresh: bool = False


@asynccontextmanager
async def open_both(settings: BothSettings) -> AsyncGenerator[Exporter]:
    """The cloud of the account, and the radio.

    Raises:
        ConfigError, CannotStartError: As `open_cloud`.
    """
    hearing = Hearing()
    async with open_cloud(settings) as opened:
        rests = settings.cloud_rests_while_ble_fresh
        cloud = resting(opened, hearing, settings.ble_age_limit_seconds) if rests else opened
        yield Exporter(
            (*cloud.readers, ble_feed(settings, hearing)),
            lambda: chain(cloud.samples(), hearing.values()),
        )


def resting(cloud: Exporter, hearing: Hearing, age_limit_seconds: float) -> Exporter:
    """The same exporter, which leaves alone what is heard; shows how often."""
    (poll,) = (
        reader
        for reader in cloud.readers
        if isinstance(reader, Poll) and reader.source_type is CloudSource
    )
    others = [reader for reader in cloud.readers if reader is not poll]
    rest = Rest(poll.read, hearing, age_limit_seconds)
    readers = (*others, replace(poll, read=rest.read))
    return replace(cloud, readers=readers, samples=lambda: chain(cloud.samples(), rest.values()))
