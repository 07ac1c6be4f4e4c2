"""Whether a process is ready: a URL that answers 2xx, or a file that exists."""

from collections.abc import Callable
from pathlib import Path

import httpx

from service_kit.waiting import poll_until

LIMIT_SECONDS = 60.0
# Commissioning Matter plugs takes its time on a busy machine.
LATE_LIMIT_SECONDS = 360.0
FILE = "file://"


def is_ready(url: str, client: httpx.Client) -> bool:
    """Check once."""
    if url.startswith(FILE):
        return Path(url.removeprefix(FILE)).exists()
    try:
        return client.get(url).is_success
    except httpx.HTTPError:
        return False


def becomes_ready(
    url: str, alive: Callable[[], bool] = lambda: True, limit_seconds: float = LIMIT_SECONDS
) -> bool:
    """Wait until a process is ready; return False when it ended or the limit passed."""
    # One for all checks: each client loads the certificate authorities, 20 ms of the processor.
    with httpx.Client(timeout=1, trust_env=False) as client:
        return poll_until(
            lambda: is_ready(url, client), limit_seconds, interval_seconds=0.1, is_alive=alive
        )
