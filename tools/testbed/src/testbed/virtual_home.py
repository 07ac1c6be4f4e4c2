"""The emulated SwitchBot cloud as a process of its own, and the hand in its house."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from testbed.exporter import settings_of
from testbed.process import free_port, running

CONFIG_FILE = Path(__file__).parents[4] / "config" / "virtual-home.yaml"
TOKEN, SECRET = "virtual-token", "virtual-secret"


@dataclass(frozen=True, slots=True)
class VirtualHome:
    """Where it listens."""

    url: str
    http: httpx.Client

    def set_fault(self, fault: str, device: str | None = None, **more: int) -> None:
        """Let one device fail, or all answers; `times` and `retry_after_seconds` can be given."""
        self._put(_fault_path(device), {"fault": fault, **more})

    def clear_fault(self, device: str | None = None) -> None:
        """Serve again."""
        self.http.delete(_fault_path(device)).raise_for_status()

    def set_watts(self, device: str, watts: float) -> None:
        """Set the load of one device."""
        self._put(f"/virtual/devices/{device}/watts", {"watts": watts})

    def set_online(self, device: str, *, online: bool) -> None:
        """Plug one device in or out."""
        self._put(f"/virtual/devices/{device}/online", {"online": online})

    def set_quota(self, **quota: Any) -> None:  # noqa: ANN401 - JSON values
        """Set `remaining` calls, and the `header` that has them."""
        self._put("/virtual/quota", quota)

    def requests(self) -> dict[str, Any]:
        """The tally of requests seen."""
        return self.http.get("/virtual/requests").raise_for_status().json()

    def reset(self) -> None:
        """Undo all that was set by hand."""
        self.http.post("/virtual/reset").raise_for_status()

    def _put(self, path: str, body: dict[str, Any]) -> None:
        self.http.put(path, json=body).raise_for_status()


def settings_of_exporter(home: VirtualHome, folder: Path, config: str) -> dict[str, str]:
    """The environment of a SwitchBot exporter that reads this home each fifth of a second."""
    return settings_of(
        config,
        folder,
        SWITCHBOT_TOKEN=TOKEN,
        SWITCHBOT_SECRET=SECRET,
        SWITCHBOT_BASE_URL=home.url,
        SWITCHBOT_DAILY_LIMIT="10000000",
    )


def _fault_path(device: str | None) -> str:
    return f"/virtual/devices/{device}/fault" if device else "/virtual/fault"


@contextmanager
def virtual_home(folder: Path, config_file: Path = CONFIG_FILE) -> Generator[VirtualHome]:
    """Run `python -m virtual_home serve` for the length of a `with` block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "CONFIG_FILE": str(config_file), "LISTEN_PORT": str(port)}
    command = [sys.executable, "-m", "virtual_home", "serve"]
    log = folder / "virtual-home.log"
    with (
        running(command, ready_url=f"{url}/virtual/requests", log=log, env=env),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as http,
    ):
        yield VirtualHome(url, http)
