"""Emulated plugs and the real exporter, each a process of its own, shared by a module's tests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from testbed.exporter import ExporterProcess, exporter
from testbed.plugs import Plugs, emulated_plugs, settings_of_exporter

HURRIED = (sys.executable, Path(__file__).parent / "hurried_exporter.py")

# The models differ in protocol and in what they measure.
PLUGS = (
    {"name": "kettle", "model": "P110M(EU) 1.2.3", "mac": "50:91:E3:00:00:01", "watts": 4.321},
    {"name": "heater", "model": "P110(EU) 1.0.7", "mac": "50:91:E3:00:00:02", "watts": 2.5},
    {"name": "lamp", "model": "KP125(US) 1.0.6", "mac": "50:91:E3:00:00:03", "watts": 1.5},
    {"name": "desk", "model": "P304M(UK) 1.0.3", "mac": "50:91:E3:00:00:04", "watts": [1, 2, 3, 4]},
)

type Run = Callable[..., AbstractContextManager[ExporterProcess]]


@pytest.fixture(scope="session")
def run_exporter() -> Run:
    """Run an exporter of a home in a folder; keyword arguments are settings that differ."""

    def run(home: str, folder: Path, **changed: str) -> AbstractContextManager[ExporterProcess]:
        settings = settings_of_exporter(home, folder, **changed)
        return exporter(HURRIED, settings, folder / "exporter.log")

    return run


@pytest.fixture(scope="module")
def plugs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugs]:
    """One plug of each kind and a strip of four outlets."""
    with emulated_plugs(tmp_path_factory.mktemp("plugs"), PLUGS) as running:
        yield running


@pytest.fixture(scope="module")
def process(
    plugs: Plugs, run_exporter: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ExporterProcess]:
    """The exporter of all these plugs."""
    with run_exporter(plugs.home(), tmp_path_factory.mktemp("exporter")) as running:
        yield running
