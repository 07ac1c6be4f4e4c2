"""A `devices.yaml` of plugs with Bluetooth alone, for tests and the bench."""

from collections.abc import Sequence

from ble_radio.adverts import Plug

HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: rack}]}]
devices:
"""


def devices_yaml(plugs: Sequence[Plug]) -> str:
    """Devices `plug_0`, `plug_1` … with one `ble` source each."""
    devices = (
        f"  - {{device: plug_{number}, room: study, shelf: rack, "
        f"sources: [{{source: ble, id: '{plug.address}', model: {plug.model}}}]}}\n"
        for number, plug in enumerate(plugs)
    )
    return HEAD + "".join(devices)
