"""The house's SwitchBot meters: each device with the plug, or half of a relay, that measures it."""

from dataclasses import dataclass

from home_model.config import CloudSource, Device, Home
from virtual_home.appliances import Appliance, appliance_of


@dataclass(frozen=True, slots=True)
class Meter:
    """One device, its cloud source, and the appliance behind it."""

    device: Device
    source: CloudSource
    appliance: Appliance

    @property
    def channel(self) -> int:
        """1 or 2; plugs with one meter count as 1."""
        return self.source.channel or 1


def meters_of(home: Home) -> tuple[Meter, ...]:
    """Every device of the configuration that the SwitchBot cloud reads, in its order."""
    return tuple(
        Meter(device, source, appliance_of(device, source))
        for device in home.devices
        for source in device.sources
        if isinstance(source, CloudSource)
    )
