"""The ESP32 boards of the virtual home: their firmware under MicroPython, else as recorded."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from home_model.config import Device
from home_model.sources import Esp32Source, Source
from up.process import Process, local_url
from up.settings import Settings

# A board measures DC: these devices have an adapter, and up to 38 W.
BOARDS = {"network": "esp32-network", "recorder": "esp32-recorder"}
PROGRAM = "micropython"
FIRMWARE = Path("firmware/esp32").resolve()


def runs_firmware() -> bool:
    """Return whether MicroPython is there (scripts/setup-micropython installs it)."""
    return shutil.which(PROGRAM) is not None


def sources(settings: Settings, board: str, device: Device) -> Iterator[Source]:
    """Yield what the device of a board has beside its own sources."""
    if device.device == board and settings.virtual_boards:
        yield Esp32Source(source="esp32", id=BOARDS[board])


def process(settings: Settings, board: str) -> Process:
    """Return the board that measures a device; its flash is a folder."""
    watts_url = local_url(settings.virtual_home_port, "/virtual/")
    flash = settings.home_dir / "boards" / board
    base_url = local_url(settings.measurements_port, "")
    given = (str(flash), BOARDS[board], board, watts_url, base_url)
    path = (FIRMWARE / "unix", FIRMWARE, FIRMWARE / "lib", ".frozen")
    script = str(FIRMWARE / "unix" / "at_home.py")
    is_firmware = runs_firmware()
    program = (PROGRAM, script) if is_firmware else (sys.executable, "-m", "up.recorded_board")
    env = {"MICROPYPATH": ":".join(map(str, path)), "TZ": "UTC"} if is_firmware else {}
    return Process(
        f"board-{board}",
        (*program, *given),
        {},
        f"file://{flash / 'ready'}",
        env,
        after=(watts_url,),
    )
