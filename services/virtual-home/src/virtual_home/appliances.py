"""The load of each plug of the virtual home: which device it is and how it draws power."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from home_model.config import Device
from home_model.sources import AnySource, CloudSource, NativeSource
from virtual_home.chance import Chance, Floats
from virtual_home.curves import (
    air,
    aquarium,
    climate,
    cold,
    electronics,
    heating,
    laundry,
    lighting,
)
from virtual_home.moments import Moments

type Curve = Callable[[Moments, Chance], Floats]
type DeviceType = Literal[
    "Plug Mini (JP)", "Plug Mini (US)", "Plug Mini (EU)", "Relay Switch 1PM", "Relay Switch 2PM"
]

TAPO_PLUG = "P110M(EU) 1.2.3"
TAPO_STRIP = "P304M(UK) 1.0.3"
TAPO_PLUG_WITHOUT_VOLTS = "P110(EU) 1.0.7"


@dataclass(frozen=True, slots=True)
class Appliance:
    """One row of the table.

    Attributes:
        curve: Active power in watts.
        power_factor: Active over apparent power while working; near 1 for what only heats.
        device_type: Of a SwitchBot plug, as the cloud's device list spells it.
        tapo_model: Of a TP-Link plug: a name of `tapo_emulator.models.MODELS`.
        mains_volts: Nominal voltage of its outlet.
    """

    curve: Curve
    power_factor: float
    device_type: DeviceType = "Plug Mini (JP)"
    tapo_model: str = TAPO_PLUG
    mains_volts: float = 100.0


APPLIANCES: dict[str, Appliance] = {
    "tv": Appliance(electronics.tv, 0.94),
    "recorder": Appliance(electronics.recorder, 0.58),
    "living_light": Appliance(lighting.living_light, 0.93, "Relay Switch 2PM"),
    "indirect_light": Appliance(lighting.indirect_light, 0.88, "Relay Switch 2PM"),
    "living_air_conditioner": Appliance(climate.living_air_conditioner, 0.97, "Relay Switch 1PM"),
    "kettle": Appliance(heating.kettle, 1.0, "Plug Mini (US)"),
    "espresso_machine": Appliance(
        heating.espresso_machine, 0.99, "Plug Mini (EU)", mains_volts=200.0
    ),
    "rice_cooker": Appliance(heating.rice_cooker, 0.99),
    "microwave": Appliance(heating.microwave, 0.92),
    "fridge": Appliance(cold.fridge, 0.91),
    "server": Appliance(electronics.server, 0.95, "Plug Mini (US)"),
    "nas": Appliance(electronics.nas, 0.72),
    "network": Appliance(electronics.network, 0.62),
    "desk_pc": Appliance(electronics.desk_pc, 0.93, "Plug Mini (US)"),
    "bedroom_air_conditioner": Appliance(climate.bedroom_air_conditioner, 0.96),
    "bedside_lamp": Appliance(lighting.bedside_lamp, 0.85),
    "humidifier": Appliance(heating.humidifier, 0.99),
    "washing_machine": Appliance(laundry.washing_machine, 0.78),
    "hair_dryer": Appliance(heating.hair_dryer, 0.99),
    "aquarium": Appliance(aquarium.aquarium, 1.0, tapo_model=TAPO_PLUG_WITHOUT_VOLTS),
    "circulator": Appliance(air.circulator, 1.0, tapo_model=TAPO_STRIP),
    "dehumidifier": Appliance(air.dehumidifier, 1.0),
    "ceramic_heater": Appliance(heating.ceramic_heater, 1.0),
}


def select_appliance(device: Device, source: AnySource) -> Appliance:
    """The table's row, or for a device of a changed configuration a lamp of its rated power."""
    if known := APPLIANCES.get(device.device):
        return known
    two_meters = isinstance(source, CloudSource) and source.meter is not None
    of_strip = isinstance(source, NativeSource) and source.meter is not None
    return Appliance(
        curve=lambda moments, chance: (
            lighting.living_light(moments, chance) * device.rated_power_watts / 60
        ),
        power_factor=0.93,
        device_type="Relay Switch 2PM" if two_meters else "Plug Mini (JP)",
        tapo_model=TAPO_STRIP if of_strip else TAPO_PLUG,
    )
