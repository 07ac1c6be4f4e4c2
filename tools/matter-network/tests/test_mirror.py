"""The Matter plugs of the virtual home measure what its emulated Tapo plugs do."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from home_model.config import Home
from matter_network.mirror import mirror_plug
from matter_network.outlets import Outlet, parse_outlet, plug_of, twins_of

if TYPE_CHECKING:
    from matter_network.network import MatterNetwork

SHOWN = {
    "name": "dehumidifier",
    "plugged_in": True,
    "outlets": [
        {
            "on": True,
            "power_watts": 184.25,
            "voltage_volts": 101.3,
            "current_amperes": 1.8188,
            "today_wh": 5.0,
            "lifetime_wh": 181_272.4248,
        }
    ],
}
VALUES = {
    "power_milliwatts": 184_250,
    "voltage_millivolts": 101_300,
    "current_milliamperes": 1819,
    "energy_milliwatt_hours": 181_272_424,
    "on": True,
}


@dataclass
class RecordingNetwork:
    """Notes what is done to a network."""

    done: list[object] = field(default_factory=list)

    def kill(self, name: str) -> None:
        """As `MatterNetwork`, and so the others."""
        self.done.append(("kill", name))

    def start(self, name: str) -> None:
        """Note it."""
        self.done.append(("start", name))

    def set(self, plug: str, **values: object) -> None:
        """Note it."""
        self.done.append((plug, values))


def test_matter_counts_in_thousandths() -> None:
    """W, V, A, Wh become mW, mV, mA, mWh; energy is never rounded up."""
    outlet = parse_outlet(SHOWN)
    assert outlet == Outlet(plugged_in=True, values=VALUES)
    plug = plug_of("dehumidifier", "SERIAL", outlet)
    assert (plug.serial, plug.power_milliwatts) == ("SERIAL", 184_250)
    assert plug.energy_milliwatt_hours == 181_272_424


def test_only_what_changed_is_told() -> None:
    """As a plug reports: an unchanged value is no news."""
    recorded, before = RecordingNetwork(), Outlet(plugged_in=True, values=VALUES)
    network = cast("MatterNetwork", recorded)
    now = Outlet(plugged_in=True, values=VALUES | {"power_milliwatts": 0, "on": False})
    assert mirror_plug(network, "S", before, before) == before
    mirror_plug(network, "S", before, now)
    assert recorded.done == [("S", {"power_milliwatts": 0, "on": False})]


def test_without_power_it_dies_and_with_power_it_knows_all_again() -> None:
    """No goodbye; what it measured meanwhile is reported at once."""
    recorded, on = RecordingNetwork(), Outlet(plugged_in=True, values=VALUES)
    network, off = cast("MatterNetwork", recorded), Outlet(plugged_in=False, values=VALUES)
    for before, now in ((None, on), (on, off), (off, off), (off, on)):
        mirror_plug(network, "S", before, now)
    assert recorded.done == [("S", VALUES), ("kill", "S"), ("start", "S"), ("S", VALUES)]


def test_the_configuration_says_which_plugs_have_a_twin() -> None:
    """Those with a `matter` source, by their serial number there."""
    home = Home.model_validate(
        {
            "house": "home",
            "time_zone": "Asia/Tokyo",
            "currency": "JPY",
            "rooms": [{"room": "a", "shelves": [{"shelf": "b"}]}],
            "devices": [
                {
                    "device": "kettle",
                    "room": "a",
                    "shelf": "b",
                    "sources": [
                        {"source": "native", "id": "50:91:E3:00:00:01", "address": "127.0.0.1"},
                        {"source": "matter", "id": "SERIAL"},
                    ],
                }
            ],
        }
    )
    assert twins_of(home) == {"kettle": "SERIAL"}
