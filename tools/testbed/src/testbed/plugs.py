"""Emulated TP-Link plugs as a process of their own, and the configuration that reads them."""

import json
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from testbed.exporter import settings_of
from testbed.process import free_port, running

USERNAME = "user@example.com"
PASSWORD = "secret-of-plugs"  # noqa: S105 - opens nothing

HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - {room: work, shelves: [{shelf: rack_1}]}
devices:
"""
DEVICE = """\
  - device: {device}
    room: work
    shelf: rack_1
    sources: [{{source: native, id: "{mac}", address: "{address}"{meter}}}]
"""

type PlugConfig = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plugs:
    """Running plugs. `configs` are as in the emulator's file, with the ports they got."""

    control_url: str
    configs: Sequence[PlugConfig]

    def change(self, name: str, **changed: object) -> None:
        """Change the world of one plug: see `tapo_emulator.control`."""
        url = f"{self.control_url}/plugs/{name}"
        httpx.patch(url, json=changed, trust_env=False, timeout=30).raise_for_status()

    def address(self, name: str) -> str:
        """`host:port` of a plug."""
        return next(_address(plug) for plug in self.configs if plug["name"] == name)

    def home(self) -> str:
        """`devices.yaml` with a device for each plug; for a strip, one for each outlet."""
        return HEAD + "".join(entry for plug in self.configs for entry in _entries(plug))


def _entries(plug: PlugConfig) -> Iterator[str]:
    watts, name = plug["watts"], plug["name"]
    for outlet in range(len(watts)) if isinstance(watts, list) else (None,):
        yield DEVICE.format(
            device=name if outlet is None else f"{name}_{outlet}",
            mac=plug["mac"],
            address=_address(plug),
            meter="" if outlet is None else f", meter: {outlet + 1}",
        )


def _address(plug: PlugConfig) -> str:
    return f"{plug.get('address', '127.0.0.1')}:{plug['port']}"


def settings_of_exporter(home: str, folder: Path, **changed: str) -> dict[str, str]:
    """The environment of a native exporter that reads this home each fifth of a second."""
    account = {"TP_LINK_USERNAME": USERNAME, "TP_LINK_PASSWORD": PASSWORD}
    return settings_of(home, folder, **{"DEADLINE_SECONDS": "5", **account, **changed})


@contextmanager
def emulated_plugs(folder: Path, plugs: Sequence[PlugConfig]) -> Generator[Plugs]:
    """Run these plugs, each on a free port."""
    configs = [{**plug, "port": free_port()} for plug in plugs]
    control_port = free_port()
    document = {
        "username": USERNAME,
        "password": PASSWORD,
        "control_port": control_port,
        "plugs": configs,
    }
    file = folder / "plugs.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")  # every JSON document is YAML
    url = f"http://127.0.0.1:{control_port}"
    command = [sys.executable, "-m", "tapo_emulator", "--config", file]
    with running(command, ready_url=f"{url}/plugs", log=folder / "plugs.log"):
        yield Plugs(url, configs)
