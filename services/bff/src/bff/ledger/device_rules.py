"""The part of the configuration that a device's energy depends on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from energy_rules.limits import MW_PER_W, Limits
from home_model.config import Device, Home
from home_model.sources import SOURCE_OF_TYPE, AnySource

# Part of every fingerprint: raise it when the same samples shall give other slots.
VERSION = 3


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """One device: its sources, first choice first, and the limits of each.

    Attributes:
        rules_hash: Changes when the same samples would give other slots.
    """

    device: str
    sources: tuple[str, ...]
    limits: tuple[Limits, ...]
    rules_hash: str


def rules_of(home: Home) -> Mapping[str, DeviceRules]:
    """Return the rules of every device."""
    return {device.device: _rules(device) for device in home.devices}


def _rules(device: Device) -> DeviceRules:
    sources = tuple(source.source for source in device.sources)
    limits = tuple(_limits(device, source) for source in device.sources)
    hashed = repr((VERSION, sources, limits))
    return DeviceRules(device.device, sources, limits, sha256(hashed.encode()).hexdigest()[:8])


def _limits(device: Device, source: AnySource) -> Limits:
    """The rated power decides nothing: what a device draws beyond it is energy all the same."""
    max_watts = device.max_power_watts or SOURCE_OF_TYPE[type(source)].max_power_watts
    return Limits(round(max_watts * MW_PER_W), round(source.gap_limit_seconds * 1000))
