"""The board's flash, the compiled firmware, and the service that boards send to."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from testbed.board import DEVICE_ID, FIRMWARE, MICROPYTHON, compile_firmware, micropython_is_there
from testbed.exporter import home_of
from testbed.measurements import Measurements, measurements
from testbed.postgresql import find_program, postgresql
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def vmsingle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    """Where the service passes on what boards measured."""
    with victoria_metrics(tmp_path_factory.mktemp("vm")) as server:
        yield server


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)]
)
def server(
    request: pytest.FixtureRequest,
    vmsingle: VictoriaMetrics,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Measurements]:
    """The service on either database. Tests share it: each flash has starts of its own."""
    folder, home = (
        tmp_path_factory.mktemp("measurements"),
        home_of(f"{{source: esp32, id: {DEVICE_ID}}}"),
    )
    with ExitStack() as stack:
        database_url = ""
        if request.param == "postgresql":
            if not find_program("initdb"):
                pytest.skip("PostgreSQL is not installed (apt install postgresql)")
            database_url = stack.enter_context(postgresql())
        service = measurements(
            folder, home, DEVICE_ID, database_url, VICTORIAMETRICS_URL=vmsingle.url
        )
        yield stack.enter_context(service)


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
