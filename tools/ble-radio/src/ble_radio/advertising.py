"""Plugs of a configuration that advertise what the virtual home draws, once a second."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from ble_radio.adverts import Plug, manufacturer_data
from ble_radio.radio import Radio
from home_model.config import Home
from home_model.sources import BleSource

LOG = logging.getLogger(__name__)
LAST_SEQUENCE = 255
RETRY_SECONDS = 3.0
# A signal is never quite steady; that is how BlueZ notices an advert with nothing new in it.
RSSI_DBM = (-58, -61, -60, -63, -59)


@dataclass(frozen=True, slots=True)
class LastAdvert:
    """What a plug advertised last."""

    sequence: int = 0
    power_watts: float | None = None
    adverts: int = 0


def select_plugs(home: Home) -> dict[str, Plug]:
    """The plugs with a `ble` source, by device."""
    return {
        device.device: Plug(source.id, source.model)
        for device in home.devices
        for source in device.sources
        if isinstance(source, BleSource)
    }


async def fetch_watts(client: httpx.AsyncClient, url: str) -> dict[str, float]:
    """What each device of the virtual home draws now; without those that are unplugged.

    `url` is the emulator's `/virtual/`.

    Raises:
        httpx.HTTPError: It did not answer, or not well.
    """
    answer = (await client.get(url)).raise_for_status().json()
    return {
        device: state["watts"] for device, state in answer["devices"].items() if state["online"]
    }


async def advertise_forever(
    air: Radio, plugs: Mapping[str, Plug], url: str, interval_seconds: float
) -> None:
    """Let the plugs advertise. While the emulator does not answer, they are silent."""
    advertised = dict.fromkeys(plugs, LastAdvert())
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        while True:
            try:
                watts = await fetch_watts(client, url)
            except httpx.HTTPError as error:
                LOG.warning("no watts from %s, so no adverts: %r", url, error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for device in plugs.keys() & watts.keys():
                plug, last = plugs[device], advertised[device]
                advertised[device] = await advertise(air, plug, watts[device], last)
            await asyncio.sleep(interval_seconds)


async def advertise(air: Radio, plug: Plug, power_watts: float, last: LastAdvert) -> LastAdvert:
    """One advert: the sequence goes on only if the power changed, as a plug's does."""
    rssi_dbm = RSSI_DBM[last.adverts % len(RSSI_DBM)]
    if power_watts == last.power_watts:
        await air.rssi(plug.address, rssi_dbm)
        return LastAdvert(last.sequence, power_watts, last.adverts + 1)
    sequence = last.sequence % LAST_SEQUENCE + 1
    await air.advertise(
        plug.address,
        manufacturer_data=manufacturer_data(plug, sequence=sequence, power_watts=power_watts),
        service_data=plug.service_data,
        rssi_dbm=rssi_dbm,
    )
    return LastAdvert(sequence, power_watts, last.adverts + 1)
