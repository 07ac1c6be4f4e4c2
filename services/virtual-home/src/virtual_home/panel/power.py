"""The watts of every circuit, of the sun and of the grid, from the same curves as the plugs'."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from home_model.config import Home
from virtual_home.appliances import Appliance, select_appliance
from virtual_home.chance import Chance, Floats
from virtual_home.curves.sun import sun
from virtual_home.electricity import electricity_at
from virtual_home.moments import Moments
from virtual_home.panel.circuits import CIRCUITS, Circuit

# The ventilation of the house, which is on no measured circuit.
REST_WATTS = 31.0

# Returns the watts of a device at moments.
type PlugWatts = Callable[[str, Moments], Floats]


@dataclass(frozen=True, slots=True)
class Panel:
    """The distribution board of one house.

    Attributes:
        appliances: By the devices whose plugs measure something else than the board itself.
        plug_watts: What each of them draws.
    """

    zone: ZoneInfo
    seed: int
    appliances: Mapping[str, Appliance]
    plug_watts: PlugWatts

    def circuit_watts(self, circuit: Circuit, at: Moments) -> Floats:
        """Return all that is drawn from a circuit."""
        own = circuit.own(at, self.chance_of(circuit))
        plugs = (self.plug_watts(plug, at) for plug in circuit.plugs if plug in self.appliances)
        return sum(plugs, own)

    def chance_of(self, circuit: Circuit) -> Chance:
        """Return the random numbers of what has no plug on a circuit."""
        return Chance(self.seed, f"circuit {circuit.id}")

    def rest_watts(self, at: Moments) -> Floats:
        """Return what no circuit measures: a device that the table of circuits has not, too."""
        placed = {plug for circuit in CIRCUITS for plug in circuit.plugs}
        others = (self.plug_watts(plug, at) for plug in self.appliances if plug not in placed)
        return sum(others, np.full(at.day.shape, REST_WATTS))

    def sun_watts(self, at: Moments) -> Floats:
        """Return what the roof generates."""
        return sun(at, Chance(self.seed, "sun"))


def panel_of(home: Home, seed: int, plug_watts: PlugWatts | None = None) -> Panel:
    """Return the board of a house; by default its plugs follow their curves."""
    appliances = {
        device.device: select_appliance(device, device.sources[0])
        for device in home.devices
        if device.sources[0].source != "aiseg2"
    }
    return Panel(home.zone, seed, appliances, plug_watts or by_curve(appliances, seed))


def by_curve(appliances: Mapping[str, Appliance], seed: int) -> PlugWatts:
    """Return the loads as the plugs of the house measure them."""
    return lambda device, at: electricity_at(device, appliances[device], at, seed=seed).power_watts
