"""Start a server, wait until it responds, stop it by its pid."""

import os
import socket
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from service_kit.waiting import poll_until

# A machine under load is slow; a developer who waits for a failing test sets less.
WAIT_LIMIT_SECONDS = 180.0
STOP_LIMIT_SECONDS = 10.0


class DidNotStartError(Exception):
    """The server ended, or did not respond in time; the message is the end of its log."""


def wait_limit_seconds() -> float:
    """Return how long a test waits: TESTBED_WAIT_LIMIT_SECONDS, by default 180."""
    return float(os.environ.get("TESTBED_WAIT_LIMIT_SECONDS", WAIT_LIMIT_SECONDS))


def free_port() -> int:
    """Return a TCP port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    ready_url: str,
    log: Path,
    env: Mapping[str, str] | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """Run a server for the length of a `with` block; its output goes to `log`.

    Raises:
        DidNotStartError: `ready_url` did not respond with 2xx in time.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=env)
    try:
        wait_until_ready(process, ready_url, log)
        yield process
    finally:
        stop(process)


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Request `url` until it responds with 2xx.

    Raises:
        DidNotStartError: The process ended, or the limit passed.
    """
    if not poll_until(
        lambda: _responds(url),
        wait_limit_seconds(),
        interval_seconds=0.02,
        is_alive=lambda: process.poll() is None,
    ):
        tail = log.read_text(errors="replace")[-2000:]
        message = f"{process.args!r} did not answer at {url}:\n{tail}"
        raise DidNotStartError(message)


def _responds(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM, and SIGKILL if that is not enough. Do nothing when it has ended already."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
