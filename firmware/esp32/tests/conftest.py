"""The board's flash, the compiled firmware, and the service that boards send to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.board import DEVICE_ID, FIRMWARE, MICROPYTHON, compile_firmware, micropython_is_there
from testbed.exporter import home_of
from testbed.measurements import Measurements, measurements


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measurements]:
    """The service on SQLite. Tests share it: each flash has starts of its own."""
    home = home_of("{source: cloud, id: 0000000000A1}")
    with measurements(tmp_path_factory.mktemp("measurements"), home, DEVICE_ID) as service:
        yield service


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    """An empty folder that is the flash of a board."""
    if not micropython_is_there():
        pytest.skip(f"{MICROPYTHON} is missing (scripts/setup-micropython)")
    folder = tmp_path / "flash"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware without its sources."""
    return compile_firmware(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(params=["sources", "compiled"])
def firmware(request: pytest.FixtureRequest, compiled: Path) -> Path:
    """Both ways in which the firmware is copied to a board."""
    return FIRMWARE if request.param == "sources" else compiled
