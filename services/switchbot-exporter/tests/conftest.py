"""The real exporter as a process, asking the emulated cloud over HTTP."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from testbed.exporter import ExporterProcess, exporter
from testbed.virtual_home import VirtualHome, settings_of_exporter, virtual_home

SERVICE = (sys.executable, "-m", "switchbot_exporter")

type StartExporter = Callable[..., ExporterProcess]


@pytest.fixture(scope="session")
def config() -> str:
    """One device of each kind that meters, by the names of the virtual home."""
    return (Path(__file__).parent / "devices.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualHome]:
    """One emulator for a module's tests."""
    with virtual_home(tmp_path_factory.mktemp("virtual-home")) as home:
        yield home


@pytest.fixture
def home(shared_home: VirtualHome) -> VirtualHome:
    """The emulator, all faults cleared."""
    shared_home.reset()
    return shared_home


@pytest.fixture
def settings(tmp_path: Path, shared_home: VirtualHome, config: str) -> dict[str, str]:
    """The environment of an exporter of one device of each kind."""
    return settings_of_exporter(shared_home, tmp_path, config)


@pytest.fixture
def start(tmp_path: Path, settings: dict[str, str]) -> Iterator[StartExporter]:
    """Start an exporter; keyword arguments are settings that differ. All stop at the end."""
    with ExitStack() as stack:

        def begin(command: tuple[str, ...] = SERVICE, **changed: str) -> ExporterProcess:
            log = tmp_path / "exporter.log"
            return stack.enter_context(exporter(command, settings | changed, log))

        yield begin
