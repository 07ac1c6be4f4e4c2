"""What the kit is given of Bluetooth."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from exporter_kit import Exporter, Subscribe
from home_model.sources import BleSource
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.listen import listen
from switchbot_exporter.ble.settings import BleSettings


@asynccontextmanager
async def open_ble(settings: BleSettings) -> AsyncGenerator[Exporter]:
    """Bluetooth alone. The radio is opened later, and again whenever it died."""
    hearing = Hearing()
    yield Exporter((ble_feed(settings, hearing),), hearing.values)


def ble_feed(settings: BleSettings, hearing: Hearing) -> Subscribe[BleSource]:
    """All plugs of this kind share one radio."""
    heard = partial(listen, settings, hearing)
    return Subscribe(BleSource, heard, settings.ble_age_limit_seconds)
