"""`--discover`: what it prints is a configuration as it stands."""

from pathlib import Path

import pytest

from aiseg2_emulator.server import Emulator
from aiseg2_exporter.client import Client
from aiseg2_exporter.discovery import format_devices, known_keys
from aiseg2_exporter.parse import Circuit, Summary
from home_model.load import load_home
from home_model.sources import Aiseg2Source

HOUSE = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - room: electricity
    shelves: [{shelf: panel}]
devices:
"""


async def test_the_block_is_a_good_configuration(
    client: Client, emulator: Emulator, tmp_path: Path
) -> None:
    """House meter, grid, sun and every measured circuit; names are the unit's."""
    summary, circuits = await client.fetch_summary(), await client.fetch_catalogue()
    block = format_devices(summary, circuits, known_keys())
    file = tmp_path / "devices.yaml"
    file.write_text(HOUSE + "".join(f"  {line}\n" for line in block.splitlines()), "utf-8")
    home = load_home(file)
    sources = [source for device in home.devices for source in device.sources]
    ids = [source.id for source in sources if isinstance(source, Aiseg2Source)]
    house = ["use", "bought", "sold", "generation"]
    assert ids == [*house, *(circuit.id for circuit in emulator.house.circuits)]
    names = {device.device: device.name.ja for device in home.devices}
    assert names["circuit_11"] == "洋室１・エアコン"


@pytest.mark.parametrize(
    "name", ['書斎 "A"', "C:\\納戸", "ｷｯﾁﾝ😀", "居間\n- device: x", "a: {b}", "# c", "\x07"]
)
def test_a_name_of_any_characters_is_the_name(name: str, tmp_path: Path) -> None:
    """Quotes, half-width kana, emoji, and what YAML would take for its own."""
    block = format_devices(Summary(None, None, None, ()), [Circuit("11", name)], known_keys())
    file = tmp_path / "devices.yaml"
    file.write_text(HOUSE + "".join(f"  {line}\n" for line in block.splitlines()), "utf-8")
    names = {device.device: device.name.ja for device in load_home(file).devices}
    assert names["circuit_11"] == name


async def test_a_connected_battery_is_two_devices(
    client: Client, emulator: Emulator, tmp_path: Path
) -> None:
    """What goes in and what comes out, each of its kind."""
    emulator.battery_state = 1
    block = format_devices(await client.fetch_summary(), [], known_keys())
    file = tmp_path / "devices.yaml"
    file.write_text(HOUSE + "".join(f"  {line}\n" for line in block.splitlines()), "utf-8")
    kinds = {device.device: device.kind for device in load_home(file).devices}
    assert kinds["battery_charge"] == "charge"
    assert kinds["battery_discharge"] == "discharge"


async def test_places_in_the_tree_are_given_where_the_configuration_has_them(
    client: Client,
) -> None:
    """Each circuit is below the house's meter; grid and sun have their kinds."""
    summary, circuits = await client.fetch_summary(), await client.fetch_catalogue()
    keys = known_keys() | {"kind", "upstream", "house_meter"}
    block = format_devices(summary, circuits, keys)
    assert block.count("\n  upstream: house_meter\n") == len(circuits)
    for line in ("house_meter: true", "kind: grid_import", "kind: grid_export", "kind: generation"):
        assert f"\n  {line}\n" in block
