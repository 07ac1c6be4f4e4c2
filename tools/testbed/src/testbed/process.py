"""Start a server of ours or of others, wait until it answers, stop it by its pid."""

import os
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

# A machine under load is slow; a developer who waits for a failing test sets less.
WAIT_LIMIT_SECONDS = 180.0
STOP_LIMIT_SECONDS = 10.0


class DidNotStartError(Exception):
    """The server ended, or did not answer in time. Carries the end of its log."""


def wait_limit_seconds() -> float:
    """Return how long a test waits: TESTBED_WAIT_LIMIT_SECONDS, by default 180."""
    return float(os.environ.get("TESTBED_WAIT_LIMIT_SECONDS", WAIT_LIMIT_SECONDS))


def free_port() -> int:
    """A TCP port of the loopback address that nobody uses now."""
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
        DidNotStartError: `ready_url` did not answer 2xx in time.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=env)
    try:
        wait_until_ready(process, ready_url, log)
        yield process
    finally:
        stop(process)


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Ask `url` until it answers 2xx; give up when the process ends or the limit passes."""
    deadline = time.monotonic() + wait_limit_seconds()
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=1, trust_env=False).is_success:
                return
        time.sleep(0.02)
    tail = log.read_text(errors="replace")[-2000:]
    message = f"{process.args!r} did not answer at {url}:\n{tail}"
    raise DidNotStartError(message)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask to end, then insist. Does nothing when it has ended already."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
