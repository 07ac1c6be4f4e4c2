"""The clocks of a process, passed as arguments so that tests own time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

# Returns the present instant, with its zone.
utc_now = partial(datetime.now, UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` in seconds for waiting and ages; `now` for instants that people read."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
