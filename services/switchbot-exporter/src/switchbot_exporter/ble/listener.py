"""Readings out of bleak's callback: keep configured plugs, parse, separate changes from repeats."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from home_model.errors import BadPayloadError, SourceError
from home_model.readings import Reading
from home_model.sources import BleSource
from switchbot_exporter.ble.parse import Advert, Scale, parse_advert
from switchbot_exporter.ble.statistics import Statistics

# bleak's value for a device without RSSI: nothing was received, another property of it changed.
NOT_RECEIVED_DBM = -127
# "Not available" in the Bluetooth core specification, volume 4, part E, 7.7.65.2.
UNKNOWN_DBM = 127

type Result = tuple[BleSource, Reading | SourceError]


@dataclass(frozen=True, slots=True)
class Received:
    """An event of a configured plug, as bleak gave it."""

    source: BleSource
    device: BLEDevice
    data: AdvertisementData
    at: datetime


class Listener:
    """Give `on_advertisement` to the scanner, and take readings from `next_result`."""

    def __init__(self, sources: Iterable[BleSource], statistics: Statistics, scale: Scale) -> None:
        self._sources = {_address(source): source for source in sources}
        self._statistics = statistics
        self._scale = scale
        self._queue: asyncio.Queue[Received] = asyncio.Queue()

    def on_advertisement(self, device: BLEDevice, data: AdvertisementData) -> None:
        """Queue an event. Never raises: that would end in bleak, unseen."""
        if data.rssi == NOT_RECEIVED_DBM:
            return
        self._statistics.any_received_at = self._statistics.clock.monotonic()
        source = self._sources.get(device.address)
        if source is None:
            self._statistics.adverts["foreign"] += 1
            return
        self._queue.put_nowait(Received(source, device, data, self._statistics.clock.now()))

    async def next_result(self, wait_seconds: float) -> Result | None:
        """Return the result of the next event; None if there was none, or it has no power."""
        try:
            async with asyncio.timeout(wait_seconds):
                received = await self._queue.get()
        except TimeoutError:
            return None
        return self._parse(received)

    def _parse(self, received: Received) -> Result | None:
        try:
            advert = parse_advert(received.device, received.data, received.source, self._scale)
        except BadPayloadError as error:
            self._statistics.record_unreadable(received.source.id)
            return received.source, error
        if advert is None:
            return None
        since = self._statistics.record(received.source.id, advert, received.at)
        return received.source, _reading(advert, received, since)


def _address(source: BleSource) -> str:
    return ":".join(source.id[i : i + 2] for i in range(0, 12, 2))


def _reading(advert: Advert, received: Received, since: datetime) -> Reading:
    return Reading(
        at=received.at,
        power_watts=advert.power_watts,
        extra=dict(_extra(advert, received.data.rssi, since)),
    )


def _extra(advert: Advert, rssi_dbm: int, since: datetime) -> Iterator[tuple[str, float]]:
    yield "switch_on", float(advert.on)
    yield "changed_timestamp_seconds", since.timestamp()
    if rssi_dbm != UNKNOWN_DBM:
        yield "signal_dbm", float(rssi_dbm)
    if advert.overload is not None:
        yield "overload", float(advert.overload)
