"""FETCHERS=cloud,ble: one device, two sources, against the emulated cloud and the mock radio."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ble_radio.adverts import Plug
from ble_radio.bus import bluetoothd
from ble_radio.radio import Radio, radio
from testbed.exporter import ExporterProcess, MetricsPage
from testbed.process import free_port
from testbed.virtual_home import VirtualHome

SERVER = Plug("6055F9A1000B", "plug_mini_jp")

type Start = Callable[..., ExporterProcess]


@pytest.fixture(scope="session")
def config() -> str:
    """The server's plug twice, the NAS through the cloud alone."""
    return """\
house: virtual_home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack_1}]}]
devices:
  - device: server
    room: study
    shelf: rack_1
    sources:
      - {source: ble, id: 60:55:F9:A1:00:0B, model: plug_mini_jp}
      - {source: cloud, id: 6055F9A1000B}
  - {device: nas, room: study, shelf: rack_1, sources: [{source: cloud, id: 6055F9A1000C}]}
"""


async def advertise_power(air: Radio, power_watts: float) -> None:
    await air.until_discovering()
    await air.advertise_power(SERVER, 1, power_watts)


def power(page: MetricsPage, source: str, device: str = "server") -> float | None:
    return page.value("switchbot_power_watts", device=device, source=source)


def calls_for(home: VirtualHome, plug: Plug) -> int:
    return home.requests()["by_path"].get(f"/v1.1/devices/{plug.mac}/status", 0)


async def test_both_sources_of_a_device_stand_side_by_side(
    air: Radio, bus: str, start: Start
) -> None:
    """Each with its own label, energy and age; which one counts is the ledger's matter."""
    process = start(FETCHERS="cloud,ble", DBUS_SYSTEM_BUS_ADDRESS=bus)
    await advertise_power(air, 77.7)
    page = process.scrape_until(lambda p: power(p, "ble") is not None)
    assert power(page, "ble") == 77.7
    assert power(page, "cloud") is not None
    assert page.value("switchbot_api_requests_saved_total") is None


async def test_the_cloud_rests_while_the_plug_is_heard_and_returns_when_it_is_not(
    home: VirtualHome, bus: str, tmp_path: Path, start: Start
) -> None:
    """The saving is shown; the other plug is asked all the time; no value is copied."""
    process = start(
        FETCHERS="ble,cloud",
        CLOUD_RESTS_WHILE_BLE_FRESH="true",
        DBUS_SYSTEM_BUS_ADDRESS=bus,
        BLE_CHECK_SECONDS="0.3",
    )
    with bluetoothd(bus, tmp_path):
        async with radio(bus) as air:
            await air.add_adapter()
            await advertise_power(air, 77.7)
            resting = process.scrape_until(
                lambda p: (p.value("switchbot_api_requests_saved_total") or 0) >= 2
            )
            called = calls_for(home, SERVER)
            process.scrape_until(
                lambda p: (p.value("switchbot_api_requests_saved_total") or 0) >= 4
            )
            assert calls_for(home, SERVER) == called
    assert power(resting, "ble") == 77.7
    assert power(resting, "cloud") is None
    assert power(resting, "cloud", "nas") is not None
    back = process.scrape_until(lambda p: power(p, "cloud") is not None)
    assert power(back, "ble") is None
    assert calls_for(home, SERVER) > called


async def test_two_deployments_show_one_source_each(
    air: Radio, bus: str, start: Start, tmp_path: Path
) -> None:
    """The same image and configuration; only FETCHERS, STATE_DIR and the port differ."""
    cloud = start(FETCHERS="cloud")
    ble = start(
        FETCHERS="ble",
        STATE_DIR=str(tmp_path / "ble"),
        LISTEN_PORT=str(free_port()),
        DBUS_SYSTEM_BUS_ADDRESS=bus,
    )
    await advertise_power(air, 77.7)
    for process, source, other in ((cloud, "cloud", "ble"), (ble, "ble", "cloud")):
        page = process.scrape_until(lambda p, source=source: power(p, source) is not None)
        assert page.value("switchbot_device_up", device="server", source=source) == 1
        assert page.value("switchbot_device_up", device="server", source=other) is None
