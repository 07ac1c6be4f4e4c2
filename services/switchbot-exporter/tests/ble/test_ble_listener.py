"""`Listener`: whatever bleak hands over, nothing but readings and bad payloads comes out."""

import asyncio
from collections.abc import Mapping

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from hypothesis import given
from hypothesis import strategies as st

from ble_radio.adverts import Plug, manufacturer_data
from home_model.errors import BadPayloadError
from home_model.readings import Reading
from home_model.sources import BleSource
from switchbot_exporter.ble.listener import Listener, Result
from switchbot_exporter.ble.parse import SERVICE_UUIDS, Scale
from switchbot_exporter.ble.statistics import Statistics

PLUG = Plug("6055F93599FF", "plug_mini_us")
SOURCE = BleSource(source="ble", id=PLUG.mac, model=PLUG.model)
DEVICE = BLEDevice(PLUG.address, None, None)
GOOD = manufacturer_data(PLUG, sequence=3, power_watts=7.5)


def advert(
    manufacturer: Mapping[int, bytes], rssi_dbm: int = -60, service: bytes = b""
) -> AdvertisementData:
    service_data = {SERVICE_UUIDS[0]: service}
    return AdvertisementData(None, dict(manufacturer), service_data, [], None, rssi_dbm, ())


def received(
    statistics: Statistics, *events: tuple[BLEDevice, AdvertisementData]
) -> list[Result | None]:
    async def receive() -> list[Result | None]:
        listener = Listener([SOURCE], statistics, Scale())
        for device, data in events:
            listener.on_advertisement(device, data)
        return [await listener.next_result(0) for _ in events]

    return asyncio.run(receive())


def test_an_event_without_a_signal_strength_is_ignored() -> None:
    """When scanning stops, BlueZ removes the RSSI: the event carries what was received long ago."""
    statistics = Statistics()
    assert received(statistics, (DEVICE, advert(GOOD, rssi_dbm=-127))) == [None]
    assert statistics.age_seconds(PLUG.mac) is None
    assert statistics.any_received_at == 0


def test_an_unknown_strength_is_no_number() -> None:
    """127 is the controller's value for not available, not a very strong signal."""
    ((_, reading),) = filter(None, received(Statistics(), (DEVICE, advert(GOOD, rssi_dbm=127))))
    assert isinstance(reading, Reading)
    assert reading.power_watts == 7.5
    assert "signal_dbm" not in reading.extra


ADDRESSES = st.just(PLUG.address) | st.text(max_size=20)
PAYLOADS = st.binary(max_size=20) | st.binary(max_size=20).map(bytes.fromhex(PLUG.mac).__add__)
EVENTS = st.tuples(
    ADDRESSES.map(lambda address: BLEDevice(address, None, None)),
    st.builds(
        advert,
        st.dictionaries(st.just(2409) | st.integers(0, 0xFFFF), PAYLOADS, max_size=2),
        st.integers(-127, 127),
        st.binary(max_size=8),
    ),
)


@given(st.lists(EVENTS, max_size=20))
def test_no_event_ends_the_loop(events: list[tuple[BLEDevice, AdvertisementData]]) -> None:
    """A good advertisement after any others is read as before."""
    *before, last = received(Statistics(), *events, (DEVICE, advert(GOOD)))
    results = [item for item in (*before, last) if item is not None]
    assert all(isinstance(what, Reading | BadPayloadError) for _, what in results)
    assert isinstance(results[-1][1], Reading)
    assert results[-1][1].power_watts == 7.5
