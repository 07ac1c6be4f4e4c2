"""The house's meters: each device with the plug, or half of a relay, that measures it."""

from dataclasses import dataclass

from home_model.config import Device, Home
from home_model.sources import (
    Aiseg2Source,
    AnySource,
    CloudSource,
    MatterSource,
    NativeSource,
)
from virtual_home.appliances import Appliance, select_appliance


@dataclass(frozen=True, slots=True)
class Meter[S: AnySource]:
    """One device, one of its sources, and the appliance behind it."""

    device: Device
    source: S
    appliance: Appliance


type CloudMeter = Meter[CloudSource]
type PlugMeter = Meter[NativeSource]
type MatterMeter = Meter[MatterSource]
type PanelMeter = Meter[Aiseg2Source]
type AnyMeter = CloudMeter | PlugMeter | MatterMeter | PanelMeter


def meters_of[S: AnySource](home: Home, kind: type[S]) -> tuple[Meter[S], ...]:
    """Every device of the configuration that has this kind of source, in its order."""
    return tuple(
        Meter(device, source, select_appliance(device, source))
        for device in home.devices
        for source in device.sources
        if isinstance(source, kind)
    )


def every_meter(home: Home) -> tuple[AnyMeter, ...]:
    """All that the house emulates, SwitchBot's first."""
    return (
        *meters_of(home, CloudSource),
        *meters_of(home, NativeSource),
        *meters_of(home, MatterSource),
        *meters_of(home, Aiseg2Source),
    )


def meter_number(meter: CloudMeter) -> int:
    """1 or 2; plugs with one meter count as 1."""
    return meter.source.meter or 1
