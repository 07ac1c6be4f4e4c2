"""Start a server, wait until it responds, stop it by its pid."""

import fcntl
import os
import random
import socket
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from service_kit.waiting import poll_until

# A machine under load is slow; a developer who waits for a failing test sets less.
WAIT_LIMIT_SECONDS = 180.0
STOP_LIMIT_SECONDS = 10.0
# Above the ports that the project's programs have by default, below Linux's ephemeral ones.
SERVER_PORTS = range(20_000, 32_768)
PORT_LOCKS = Path(tempfile.gettempdir()) / f"ppms-test-ports-{os.getuid()}"


class DidNotStartError(Exception):
    """The server ended, or did not respond in time; the message is the end of its log."""


def wait_limit_seconds() -> float:
    """Return how long a test waits: TESTBED_WAIT_LIMIT_SECONDS, by default 180."""
    return float(os.environ.get("TESTBED_WAIT_LIMIT_SECONDS", WAIT_LIMIT_SECONDS))


def free_port() -> int:
    """Return a TCP port of the loopback address that is free, and reserve it for this process.

    No outgoing connection takes it before its server has started (it lies below the ephemeral
    ports), nor does another test process (it is locked until this one ends).

    Raises:
        OSError: None is free.
    """
    # Not `random` itself: Hypothesis seeds it, and every test would ask for the same ports.
    choose = random.SystemRandom().choice
    for port in (choose(SERVER_PORTS) for _ in SERVER_PORTS):
        if _lock_port(port) and _can_bind(port):
            return port
    message = f"no port of {SERVER_PORTS} is free"
    raise OSError(message)


def _lock_port(port: int) -> bool:
    PORT_LOCKS.mkdir(exist_ok=True)
    lock = os.open(PORT_LOCKS / str(port), os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    return True


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
