"""The helpers of this folder are imported by their names; a broker, and senders of messages."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mqtt_emulator.broker import Mosquitto, mosquitto
from testbed.process import free_port

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker of this test's own, without a login."""
    with mosquitto(tmp_path_factory.mktemp("mosquitto"), free_port()) as running:
        yield running


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
