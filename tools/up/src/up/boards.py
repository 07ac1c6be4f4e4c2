"""Whether the virtual home has ESP32 boards: their firmware itself, under MicroPython."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from home_model.config import Device
from home_model.sources import Esp32Source, Source
from up.process import Process, local_url
from up.settings import Settings

# A board measures DC: these devices have an adapter, and up to 38 W.
BOARDS = {"network": "esp32-network", "recorder": "esp32-recorder"}
PROGRAM = "micropython"
WAY_OUT = "scripts/setup-micropython installs it (Debian packages, unpacked into .tools)"
FIRMWARE = Path("firmware/esp32").resolve()


def is_wanted(settings: Settings) -> bool:
    """Return the setting; by default whether MicroPython is there."""
    if settings.virtual_boards is None:
        return shutil.which(PROGRAM) is not None
    return settings.virtual_boards


def sources(settings: Settings, board: str, device: Device) -> Iterator[Source]:
    """Yield what the device of a board has beside its own sources."""
    if device.device == board and is_wanted(settings):
        yield Esp32Source(source="esp32", id=BOARDS[board])


def problems(settings: Settings) -> Iterator[str]:
    """Yield why boards that were asked for cannot run."""
    if settings.is_virtual and settings.virtual_boards and shutil.which(PROGRAM) is None:
        yield f"VIRTUAL_BOARDS: there is no {PROGRAM}; {WAY_OUT}"


def process(settings: Settings, board: str) -> Process:
    """Return the board that measures a device; its flash is a folder."""
    watts_url = local_url(settings.virtual_home_port, "/virtual/")
    flash = settings.home_dir / "boards" / board
    path = (FIRMWARE / "unix", FIRMWARE, FIRMWARE / "lib", ".frozen")
    script, base_url = FIRMWARE / "unix" / "at_home.py", local_url(settings.measurements_port, "")
    return Process(
        f"board-{board}",
        (PROGRAM, str(script), str(flash), BOARDS[board], board, watts_url, base_url),
        {},
        f"file://{flash / 'ready'}",
        {"MICROPYPATH": ":".join(map(str, path)), "TZ": "UTC"},
        after=(watts_url,),
    )
