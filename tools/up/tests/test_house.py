"""What the processes of a virtual home read: only what this machine has."""

from pathlib import Path

import pytest

from home_model.config import Device, Home
from home_model.load import load_home
from home_model.sources import (
    AnySource,
    BleSource,
    CloudSource,
    Esp32Source,
    MatterSource,
    NativeSource,
)
from up import bluetooth, boards, house, matter
from up.preflight import problems
from up.processes import processes
from up.settings import Settings


def sources_of[S](home: Home, kind: type[S]) -> list[S]:
    return [s for device in home.devices for s in device.sources if isinstance(s, kind)]


def has_source(device: Device, kind: type[AnySource]) -> bool:
    return any(isinstance(source, kind) for source in device.sources)


def test_without_a_radio_there_are_no_ble_sources() -> None:
    """A `ble` source without a reader would be shown as silent."""
    settings = Settings(virtual_bluetooth=False)
    home = house.load(settings)
    assert sources_of(home, BleSource) == []
    assert "bluetooth" not in {each.name for each in processes(settings, home)}


def test_with_a_radio_some_plugs_have_a_second_source() -> None:
    """The same plug under its one MAC, second in rank; the exporter waits for the radio."""
    settings = Settings(virtual_bluetooth=True, virtual_matter=False)
    home = house.load(settings)
    read_twice = [device for device in home.devices if has_source(device, BleSource)]
    assert {device.device for device in read_twice} == set(bluetooth.OVER_BLUETOOTH)
    for device in read_twice:
        cloud, ble = device.sources
        assert isinstance(cloud, CloudSource)
        assert isinstance(ble, BleSource)
        assert cloud.id == ble.id
    by_name = {each.name: each for each in processes(settings, home)}
    assert by_name["switchbot"].env["FETCHERS"] == "cloud,ble"
    assert by_name["bluetooth"].ready in by_name["switchbot"].after


def test_a_radio_that_cannot_be_is_refused_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By default a machine without the mock has a virtual home without Bluetooth."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sources_of(house.load(Settings()), BleSource) == []
    asked = Settings(virtual_bluetooth=True, virtual_matter=False)
    found = problems(asked, [])
    assert len(found) == 2
    assert all("scripts/setup-bluetooth-mock" in problem for problem in found)


def test_a_path_too_long_for_a_socket_leaves_bluetooth_out(tmp_path: Path) -> None:
    """The rest of the home starts all the same."""
    deep = Settings(data_dir=tmp_path / ("x" * 100))
    assert sources_of(house.load(deep), BleSource) == []


def test_plugs_are_where_the_setting_says_and_the_copy_is_read_back(tmp_path: Path) -> None:
    """Exporter and plugs read the same file."""
    settings = Settings(virtual_plugs_port=18011)
    home, file = house.load(settings), tmp_path / "new" / "devices.json"
    house.write(home, file)
    assert load_home(file) == home
    addresses = {source.address for source in sources_of(home, NativeSource)}
    assert addresses == {f"127.0.0.{number}:18011" for number in range(11, 15)}


@pytest.fixture
def matter_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matter, "what_is_missing", lambda: None)


@pytest.fixture
def matter_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matter, "what_is_missing", lambda: "no Matter: run scripts/setup-matter")


@pytest.mark.usefixtures("matter_is_here")
def test_where_matter_can_run_two_tapo_plugs_are_read_twice() -> None:
    """Native first in rank; nobody but the Matter exporter waits for the network of Matter."""
    settings = Settings(virtual_bluetooth=False, virtual_matter_port=15580)
    home = house.load(settings)
    twice = [device for device in home.devices if has_source(device, MatterSource)]
    assert {device.device for device in twice} == set(matter.OVER_MATTER)
    for device in twice:
        native, over_matter = device.sources
        assert isinstance(native, NativeSource)
        assert isinstance(over_matter, MatterSource)
    by_name = {each.name: each for each in processes(settings, home)}
    network, reader = by_name["matter"], by_name["tplink_matter"]
    assert reader.env["MATTER_SERVER_URL"] == "ws://127.0.0.1:15580/ws"
    assert {each.name for each in by_name.values() if network.ready in each.after} == {reader.name}
    assert {each.name for each in by_name.values() if each.may_join_late} == {"matter", reader.name}


@pytest.mark.usefixtures("matter_is_missing")
def test_matter_that_cannot_be_is_refused_only_when_asked_for() -> None:
    """By default such a machine has a virtual home without it; the obstacle is reported."""
    assert sources_of(house.load(Settings()), MatterSource) == []
    asked = Settings(virtual_matter=True)
    assert problems(asked, []) == ["VIRTUAL_MATTER: no Matter: run scripts/setup-matter"]


@pytest.mark.usefixtures("matter_is_here")
def test_matter_can_be_left_out() -> None:
    """As on a small board."""
    settings = Settings(virtual_matter=False)
    home = house.load(settings)
    assert sources_of(home, MatterSource) == []
    assert not {"matter", "tplink_matter"} & {each.name for each in processes(settings, home)}


def test_two_devices_have_boards() -> None:
    """Second in rank; each board is a process, and the service that it sends to is another."""
    settings = Settings(virtual_boards=True, virtual_matter=False)
    home = house.load(settings)
    found = {d.device: sources for d in home.devices if (sources := boards_of(d))}
    assert found == {device: [board_id] for device, board_id in boards.BOARDS.items()}
    names = {each.name for each in processes(settings, home)}
    assert {"esp32", *(f"board-{device}" for device in boards.BOARDS)} <= names


def test_without_micropython_the_boards_are_as_recorded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same processes, by another program; they can be left out."""
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(virtual_matter=False)
    home = house.load(settings)
    found = {each.name: each.command for each in processes(settings, home)}
    for device in boards.BOARDS:
        assert "up.recorded_board" in found[f"board-{device}"]
    without = Settings(virtual_boards=False, virtual_matter=False)
    assert not any(boards_of(device) for device in house.load(without).devices)
    assert "esp32" not in {each.name for each in processes(without, house.load(without))}


def boards_of(device: Device) -> list[str]:
    return [each.id for each in device.sources if isinstance(each, Esp32Source)]
