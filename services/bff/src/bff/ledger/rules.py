"""What the configuration says of each device, as far as its energy depends on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from bff.ledger.clean import Limits
from home_model.config import Device, Home

# Part of every mark: raise it when the same samples shall give other slots.
VERSION = 2


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """One device: its sources, first choice first, and the limits of each."""

    device: str
    sources: tuple[str, ...]
    limits: tuple[Limits, ...]
    fingerprint: str


def rules_of(home: Home, rated_power_watts: Mapping[str, float]) -> Mapping[str, DeviceRules]:
    """The rules of every device; `rated_power_watts` overrides the configuration's by device."""
    return {
        device.device: _rules(
            device, rated_power_watts.get(device.device, device.rated_power_watts)
        )
        for device in home.devices
    }


def _rules(device: Device, rated_power_watts: float) -> DeviceRules:
    sources = tuple(source.source for source in device.sources)
    limits = tuple(
        Limits(rated_power_watts, round(source.gap_limit_seconds * 1000))
        for source in device.sources
    )
    said = repr((VERSION, sources, limits))
    return DeviceRules(device.device, sources, limits, sha256(said.encode()).hexdigest()[:8])
