"""From bleak's callback to readings: keep what is ours, read it, tell news from repeats."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from home_model.errors import BadPayloadError, SourceError
from home_model.readings import Reading
from home_model.sources import BleSource
from switchbot_exporter.ble.advert import Advert, parse_advert
from switchbot_exporter.ble.hearing import Hearing
from switchbot_exporter.ble.scale import Scale

# bleak's word for a device without RSSI: it was not heard, another property of it changed.
NOT_HEARD_DBM = -127
# "Not available" in the Bluetooth core specification, volume 4, part E, 7.7.65.2.
UNKNOWN_DBM = 127

type Said = tuple[BleSource, Reading | SourceError]


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of one of our plugs, as bleak gave it."""

    source: BleSource
    device: BLEDevice
    data: AdvertisementData
    at: datetime


class Ear:
    """Give `hear` to the scanner, and take readings from `said_within`."""

    def __init__(self, sources: Iterable[BleSource], hearing: Hearing, scale: Scale) -> None:
        self._sources = {_address(source): source for source in sources}
        self._hearing = hearing
        self._scale = scale
        self._queue: asyncio.Queue[Heard] = asyncio.Queue()

    def hear(self, device: BLEDevice, data: AdvertisementData) -> None:
        """Bleak's callback. Never raises: that would end in bleak, unseen."""
        if data.rssi == NOT_HEARD_DBM:
            return
        self._hearing.anything_at = self._hearing.clock.monotonic()
        source = self._sources.get(device.address)
        if source is None:
            self._hearing.adverts["foreign"] += 1
            return
        self._queue.put_nowait(Heard(source, device, data, self._hearing.clock.now()))

    async def said_within(self, seconds: float) -> Said | None:
        """Wait for the next event of our plugs; None if there was none, or it says no power."""
        try:
            async with asyncio.timeout(seconds):
                heard = await self._queue.get()
        except TimeoutError:
            return None
        return self._said(heard)

    def _said(self, heard: Heard) -> Said | None:
        try:
            advert = parse_advert(heard.device, heard.data, heard.source, self._scale)
        except BadPayloadError as error:
            self._hearing.note_unreadable(heard.source.id)
            return heard.source, error
        if advert is None:
            return None
        since = self._hearing.note(heard.source.id, advert, heard.at)
        return heard.source, _reading(advert, heard, since)


def _address(source: BleSource) -> str:
    return ":".join(source.id[i : i + 2] for i in range(0, 12, 2))


def _reading(advert: Advert, heard: Heard, since: datetime) -> Reading:
    return Reading(
        at=heard.at,
        power_watts=advert.power_watts,
        extra=dict(_extra(advert, heard.data.rssi, since)),
    )


def _extra(advert: Advert, rssi_dbm: int, since: datetime) -> Iterator[tuple[str, float]]:
    yield "switch_on", float(advert.on)
    yield "changed_timestamp_seconds", since.timestamp()
    if rssi_dbm != UNKNOWN_DBM:
        yield "signal_dbm", float(rssi_dbm)
    if advert.overload is not None:
        yield "overload", float(advert.overload)
