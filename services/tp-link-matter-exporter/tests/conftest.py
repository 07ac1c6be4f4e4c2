"""A real Matter network and the real exporter, each a process of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matter_network.missing import SERVER_PYTHON, what_is_missing
from matter_network.network import MatterNetwork, matter_network
from matter_network.plugs import Plug
from testbed.exporter import ExporterProcess, exporter
from testbed.process import free_port

HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: study, shelves: [{shelf: desk}]}]
devices:
  - device: kettle
    room: study
    shelf: desk
    sources: [{source: matter, id: TAPO-1}]
  - device: lamp
    room: study
    shelf: desk
    sources: [{source: matter, id: EVE-1}]
"""
PLUGS = (
    Plug("TAPO-1", "one_endpoint", "Kettle", vendor="TP-Link", product="P110M"),
    Plug("EVE-1", "two_endpoints", "Lamp", vendor="Eve", product="Energy"),
)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatterNetwork]:
    """A Tapo-like and an Eve-like plug, commissioned by the real server.

    Skips where this machine cannot run one; fails instead where MATTER_NETWORK is `required`.
    """
    if reason := what_is_missing():
        if os.environ.get("MATTER_NETWORK") == "required":
            pytest.fail(f"the Matter chain must run here: {reason}")
        pytest.skip(f"THE MATTER CHAIN WAS NOT TESTED: {reason}")
    with matter_network(tmp_path_factory.mktemp("matter"), PLUGS) as running:
        yield running


def settings_of(folder: Path, server_url: str, home: str = HOME) -> dict[str, str]:
    """The environment of an exporter that believes a silence for two seconds."""
    config_file = folder / "devices.yaml"
    config_file.write_text(home, encoding="utf-8")
    return {
        **os.environ,
        "CONFIG_FILE": str(config_file),
        "STATE_DIR": str(folder / "state"),
        "LISTEN_PORT": str(free_port()),
        "MATTER_SERVER_URL": server_url,
        "MATTER_CONFIRM_SECONDS": "2",
        "DEADLINE_SECONDS": "3",
    }


@pytest.fixture
def settings(network: MatterNetwork, tmp_path: Path) -> dict[str, str]:
    """The environment of an exporter of the network."""
    return settings_of(tmp_path, network.server_url)


# Its successor is the one that new homes run.
OLDER_SERVER = pytest.param("python-matter-server", marks=pytest.mark.long)


@pytest.fixture(scope="module", params=["matter-python-client", OLDER_SERVER])
def process(
    request: pytest.FixtureRequest,
    network: MatterNetwork,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ExporterProcess]:
    """The exporter with the client of the lock, and with the archived one that it replaces."""
    folder = tmp_path_factory.mktemp("exporter")
    settings = settings_of(folder, network.server_url)
    if request.param == "python-matter-server":
        (packages,) = SERVER_PYTHON.parents[1].glob("lib/python*/site-packages")
        settings["PYTHONPATH"] = str(packages)
    command = (sys.executable, "-m", "tp_link_matter_exporter")
    with exporter(command, settings, folder / "exporter.log") as running:
        yield running
