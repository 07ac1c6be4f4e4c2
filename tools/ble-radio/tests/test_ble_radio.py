"""The radio's own proof: what it sends is what bleak's BlueZ backend receives."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bleak import BleakScanner

if TYPE_CHECKING:
    from bleak.backends.scanner import AdvertisementData

from ble_radio.adverts import SERVICE_UUID, WOAN_COMPANY_ID, Plug, manufacturer_data
from ble_radio.bus import bluetoothd, system_bus
from ble_radio.radio import radio

PLUG = Plug("6055F93599FF", "plug_mini_jp")


async def test_two_hundred_adverts_are_two_hundred_callbacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is lost, none is joined with another, and bytes arrive as they were sent."""
    received: asyncio.Queue[AdvertisementData] = asyncio.Queue()
    with system_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with bluetoothd(address, tmp_path):
            async with radio(address) as air:
                await air.add_adapter()
                async with BleakScanner(lambda _, data: received.put_nowait(data)):
                    for sequence in range(1, 201):
                        await air.advertise_power(PLUG, sequence, sequence / 10)
                    async with asyncio.timeout(30):
                        all_received = [await received.get() for _ in range(200)]
    payloads = [data.manufacturer_data[WOAN_COMPANY_ID] for data in all_received]
    assert [payload[6] for payload in payloads] == list(range(1, 201))
    assert payloads[41].hex() == "6055f93599ff2a800026002a"
    assert all_received[0].service_data[SERVICE_UUID] == b"j\x00\x00"


@pytest.mark.parametrize(
    ("power_watts", "tenths"),
    [(0.09, 0), (0.1, 1), (12.3, 123), (20.0, 200), (-1.0, 0), (9999.0, 0x7FFF)],
)
def test_power_is_cut_to_what_an_advert_can_say(power_watts: float, tenths: int) -> None:
    """0.1 W steps from 0 to 3276.7 W."""
    payload = manufacturer_data(PLUG, sequence=1, power_watts=power_watts)[WOAN_COMPANY_ID]
    assert int.from_bytes(payload[10:12]) == tenths


def test_the_overload_bit_leaves_the_power_alone() -> None:
    """Bit 15 beside 15 bits of power."""
    data = manufacturer_data(PLUG, sequence=5, power_watts=1500, on=True, overload=True)
    assert data[WOAN_COMPANY_ID].hex() == "6055f93599ff05800026ba98"


@pytest.mark.parametrize("model", ["plug_mini_eu", "relay_switch_1pm"])
def test_eu_and_relay_have_sixteen_bytes(model: str) -> None:
    """As in PySwitchbot's vector."""
    plug = Plug("94A99054855E", model)  # ty: ignore[invalid-argument-type]
    data = manufacturer_data(plug, sequence=0x3F, power_watts=1254)
    assert data[WOAN_COMPANY_ID].hex() == "94a99054855e3f80000004e600000000"
