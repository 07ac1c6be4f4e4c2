"""The part of the configuration that a device's energy depends on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from home_model.config import Device, Home

# Part of every fingerprint: raise it when the same samples shall give other slots.
VERSION = 2
# However long the gap limit: only samples this recent decide whether a rise is possible.
MAX_LATE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The physical limits of one source of one device.

    Attributes:
        rated_power_watts: More than this, with 20 % to spare, the device cannot use; a counter may
            show one step of its own more.
        gap_limit_ms: The energy of a longer gap is `estimated`.
    """

    rated_power_watts: float
    gap_limit_ms: int

    @property
    def late_ms(self) -> int:
        """The longest time ago that the energy of a rise may have been used."""
        return min(self.gap_limit_ms, MAX_LATE_MS)


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


def rules_of(home: Home, rated_power_watts: Mapping[str, float]) -> Mapping[str, DeviceRules]:
    """Return the rules of every device; `rated_power_watts` overrides the configuration's."""
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
    hashed = repr((VERSION, sources, limits))
    return DeviceRules(device.device, sources, limits, sha256(hashed.encode()).hexdigest()[:8])
