"""`make up` gives two devices of the virtual home a Shelly plug beside their own."""

from home_model.sources import ShellySource
from up import house
from up.processes import processes
from up.settings import Settings


def test_two_plugs_are_shelly_plugs_too() -> None:
    """Second in rank, each at an address of its own; the exporter waits for them, with a login."""
    settings = Settings(
        virtual_home=True, virtual_bluetooth=False, virtual_matter=False, virtual_plugs_port=18011
    )
    home = house.load(settings)
    plugs = [device for device in home.devices if isinstance(device.sources[-1], ShellySource)]
    addresses = {source.address for d in plugs for source in d.sources if source.source == "shelly"}
    assert addresses == {"127.0.0.21:18011", "127.0.0.22:18011"}
    assert [device.sources[0].source for device in plugs] == ["cloud", "cloud"]
    by_name = {each.name: each for each in processes(settings, home)}
    emulator, reader = by_name["virtual-shelly"], by_name["shelly"]
    assert emulator.ready in reader.after
    assert reader.env["SHELLY_PASSWORD"] == emulator.env["SHELLY_PASSWORD"] != ""
