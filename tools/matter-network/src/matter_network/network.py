"""Start a Matter network, do things to its plugs, and stop it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from matter_network.missing import OWN_NAMESPACES, PATH
from matter_network.plugs import Plug
from service_kit.waiting import poll_until

READY_SECONDS = 300.0
ANSWER_SECONDS = 200.0  # starting the server again is answered when it answers
PAUSE_SECONDS = 0.1


class NetworkError(Exception):
    """The network did not start. Carries the end of its log."""


@dataclass(frozen=True, slots=True)
class MatterNetwork:
    """Where the server's WebSocket is, and a hand on the plugs."""

    server_url: str
    folder: Path
    http: httpx.Client

    def set(self, plug: str, **values: int | str | bool | None) -> None:
        """Let a plug measure other values (`Plug`'s words), or change its `name`, or be `on`."""
        self.http.put(f"/{plug}", json=values).raise_for_status()

    def kill(self, name: str) -> None:
        """`kill -9` a plug by its serial number, or the `server`."""
        self.http.post(f"/{name}/kill").raise_for_status()

    def start(self, name: str) -> None:
        """Start again what was killed; returns when it answers."""
        self.http.post(f"/{name}/start").raise_for_status()

    def command(self, name: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON of the server
        """Send a command of the WebSocket API to the server."""
        answer = self.http.post(f"/server/command/{name}", json=arguments)
        return answer.raise_for_status().json()


@contextmanager
def matter_network(folder: Path, plugs: Sequence[Plug], port: int = 0) -> Generator[MatterNetwork]:
    """Run a network for the length of a `with` block; all plugs are commissioned.

    Args:
        folder: Keeps the fabric, the plugs and the logs; the same folder is the same network.
        plugs: The same order as before, where the folder was used before.
        port: Of the server's WebSocket on the loopback address; 0 takes a free one.

    Raises:
        NetworkError: It did not come up.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _listening(port) as websocket, _listening(0) as control:
        process = _start(folder, plugs, websocket.fileno(), control.fileno())
        server_url = f"ws://127.0.0.1:{websocket.getsockname()[1]}/ws"
        control_url = f"http://127.0.0.1:{control.getsockname()[1]}"
    try:
        with httpx.Client(base_url=control_url, trust_env=False, timeout=ANSWER_SECONDS) as http:
            _wait_until_ready(process, http, folder)
            yield MatterNetwork(server_url, folder, http)
    finally:
        # unshare ignores SIGTERM; all in its namespace die with it.
        process.kill()
        process.wait()


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def _start(
    folder: Path, plugs: Sequence[Plug], websocket_fd: int, control_fd: int
) -> subprocess.Popen[bytes]:
    orders = json.dumps([asdict(plug) for plug in plugs])
    inside = [sys.executable, "-m", "matter_network", folder, websocket_fd, control_fd, orders]
    with (folder / "network.log").open("ab") as log:
        return subprocess.Popen(
            [*OWN_NAMESPACES, *(str(part) for part in inside)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(websocket_fd, control_fd),
            env={**os.environ, "PATH": PATH},
        )


def _wait_until_ready(process: subprocess.Popen[bytes], http: httpx.Client, folder: Path) -> None:
    if not poll_until(
        lambda: _is_ready(http),
        READY_SECONDS,
        interval_seconds=PAUSE_SECONDS,
        is_alive=lambda: process.poll() is None,
    ):
        logs = [log.read_text(errors="replace")[-2000:] for log in sorted(folder.glob("*.log"))]
        raise NetworkError("\n".join(logs))


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/ready", timeout=1).is_success
    except httpx.HTTPError:
        return False
