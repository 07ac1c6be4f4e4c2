"""Shelly plugs of the virtual home: they measure what its devices draw, and keep their counters."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service_kit.waiting import poll_until
from shelly_emulator.login import USER
from testbed.exporter import home_of
from testbed.process import free_port, running, wait_limit_seconds
from testbed.virtual_home import VirtualHome, virtual_home

PASSWORD = "virtual-password"
MAC = "58E6C50A0001"


@contextmanager
def plugs(folder: Path, config: Path, house: VirtualHome) -> Generator[None]:
    """Run the command; ready when its plug answers."""
    command = [sys.executable, "-m", "shelly_emulator", "--config", config, "--folder", folder]
    env = os.environ | {"SHELLY_PASSWORD": PASSWORD}
    with running(
        [*command, "--watts-url", f"{house.url}/virtual/"],
        ready_url=f"http://{address(config)}/shelly",
        log=folder / "log",
        env=env,
    ):
        yield


def address(config: Path) -> str:
    return config.read_text().split('address: "')[1].split('"')[0]


def status(config: Path) -> dict[str, Any]:
    url = f"http://{address(config)}/rpc/Switch.GetStatus?id=0"
    answer = httpx.get(url, auth=httpx.DigestAuth(USER, PASSWORD), trust_env=False, timeout=30)
    return answer.raise_for_status().json()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """One device with a SwitchBot plug and a Shelly plug."""
    cloud = "source: cloud, id: 6055F9A1000B"
    shelly = f'source: shelly, id: {MAC}, address: "127.0.0.21:{free_port()}"'
    file = tmp_path / "devices.yaml"
    file.write_text(home_of(f"{{{cloud}}}, {{{shelly}}}"))
    return file


@pytest.mark.long
def test_a_plug_follows_its_device_and_keeps_its_counter(tmp_path: Path, config: Path) -> None:
    """The load set by hand is measured; after a restart the counter goes on, with a login."""
    with virtual_home(tmp_path, config) as house:
        house.set_watts("device_1", 3600.0)
        with plugs(tmp_path, config, house):
            follows = poll_until(lambda: status(config)["apower"] == 3600, wait_limit_seconds())
            assert follows
            assert poll_until(
                lambda: status(config)["aenergy"]["total"] > 1.0, wait_limit_seconds()
            )
            before_wh = status(config)["aenergy"]["total"]
        assert not (tmp_path / "ready").exists()
        with plugs(tmp_path, config, house):
            assert status(config)["aenergy"]["total"] >= before_wh
            assert (tmp_path / "ready").exists()
    assert PASSWORD not in (tmp_path / "log").read_text()
