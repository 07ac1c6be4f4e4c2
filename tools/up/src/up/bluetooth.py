"""Whether the virtual home has a radio: a mock bluetoothd, and plugs that advertise on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from home_model.config import Device
from home_model.sources import BleSource, CloudSource, Source
from up.settings import Settings

# Plug Minis have one MAC for cloud and radio; their models are those of the virtual home.
OVER_BLUETOOTH = {"tv": "plug_mini_jp", "fridge": "plug_mini_jp", "desk_pc": "plug_mini_us"}
NEEDED = ("dbus-daemon", "bluetoothd-mock")
WAY_OUT = "scripts/setup-bluetooth-mock installs it (Debian packages, as root)"
MAX_SOCKET_PATH_BYTES = 99  # dbus-daemon takes no more, though the system would


def is_wanted(settings: Settings) -> bool:
    """Return the setting; by default whether all that it needs is installed."""
    if settings.virtual_bluetooth is None:
        return not any(_obstacles(settings))
    return settings.virtual_bluetooth


def sources(settings: Settings, device: Device) -> Iterator[Source]:
    """Yield what a device of the virtual home has beside its own sources."""
    if device.device in OVER_BLUETOOTH and is_wanted(settings):
        model = OVER_BLUETOOTH[device.device]
        for source in device.sources:
            if isinstance(source, CloudSource):
                yield BleSource.model_validate({"source": "ble", "id": source.id, "model": model})


def problems(settings: Settings) -> Iterator[str]:
    """Yield why a radio that was asked for cannot run."""
    if settings.is_virtual and settings.virtual_bluetooth:
        yield from (f"VIRTUAL_BLUETOOTH: {obstacle}" for obstacle in _obstacles(settings))


def radio_folder(settings: Settings) -> Path:
    """Return the folder of its bus, whose socket is `bus`."""
    return settings.home_dir / "bluetooth"


def _obstacles(settings: Settings) -> Iterator[str]:
    for program in NEEDED:
        if shutil.which(program) is None:
            yield f"there is no {program}; {WAY_OUT}"
    if len(bytes(radio_folder(settings) / "bus")) > MAX_SOCKET_PATH_BYTES:
        yield f"{radio_folder(settings)} is too long for a socket; choose a shorter DATA_DIR"
