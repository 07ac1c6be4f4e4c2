"""Wait for something, but never without a limit."""

import asyncio
import time
from collections.abc import Callable

POLL_SECONDS = 0.05


def poll_until(
    condition: Callable[[], bool],
    timeout_seconds: float,
    *,
    interval_seconds: float = POLL_SECONDS,
    is_alive: Callable[[], bool] = lambda: True,
) -> bool:
    """Evaluate a condition again and again until it holds.

    Args:
        condition: Evaluated at least once.
        timeout_seconds: No evaluation begins later than this.
        interval_seconds: Between two evaluations.
        is_alive: Waiting ends early when this is false: the condition cannot come to hold.

    Returns:
        Whether the condition held.
    """
    limit = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() >= limit or not is_alive():
            return False
        time.sleep(interval_seconds)
    return True


async def poll_until_async(
    condition: Callable[[], bool], timeout_seconds: float, *, interval_seconds: float = POLL_SECONDS
) -> bool:
    """As `poll_until`, without blocking the loop."""
    limit = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() >= limit:
            return False
        await asyncio.sleep(interval_seconds)
    return True
