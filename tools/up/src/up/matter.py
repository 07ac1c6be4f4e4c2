"""Whether the virtual home has plugs that are also read over Matter, from a real server."""

from collections.abc import Iterator
from pathlib import Path

from home_model.config import Device
from home_model.sources import MatterSource, Source
from matter_network.missing import what_is_missing
from up.settings import Settings

# Tapo P110M has Matter; there its identity is its serial number.
OVER_MATTER = {"dehumidifier": "VIRTUAL-P110M-3", "ceramic_heater": "VIRTUAL-P110M-4"}


def is_wanted(settings: Settings) -> bool:
    """Return the setting; by default whether all that it needs is installed."""
    if settings.virtual_matter is None:
        return what_is_missing() is None
    return settings.virtual_matter


def sources(settings: Settings, device: Device) -> Iterator[Source]:
    """Yield what a device of the virtual home has beside its own sources."""
    if device.device in OVER_MATTER and is_wanted(settings):
        yield MatterSource(source="matter", id=OVER_MATTER[device.device])


def problems(settings: Settings) -> Iterator[str]:
    """Yield why a Matter network that was asked for cannot run."""
    if settings.is_virtual and settings.virtual_matter and (obstacle := what_is_missing()):
        yield f"VIRTUAL_MATTER: {obstacle}"


def matter_folder(settings: Settings) -> Path:
    """Return where fabric and plugs are kept: they are commissioned once."""
    return settings.home_dir / "matter"
