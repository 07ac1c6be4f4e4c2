"""Whether a process is ready: a URL that answers 2xx, or a file that exists."""

from collections.abc import Callable
from pathlib import Path

import httpx

from service_kit.waiting import poll_until

LIMIT_SECONDS = 60.0
# Commissioning Matter plugs takes its time on a busy machine.
LATE_LIMIT_SECONDS = 360.0
FILE = "file://"


def is_ready(url: str) -> bool:
    """Check once."""
    if url.startswith(FILE):
        return Path(url.removeprefix(FILE)).exists()
    try:
        return httpx.get(url, timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def becomes_ready(
    url: str, alive: Callable[[], bool] = lambda: True, limit_seconds: float = LIMIT_SECONDS
) -> bool:
    """Wait until a process is ready; return False when it ended or the limit passed."""
    return poll_until(lambda: is_ready(url), limit_seconds, interval_seconds=0.1, is_alive=alive)
