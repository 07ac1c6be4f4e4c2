"""Liveness: whether the event loop of a process still turns."""

import time
from collections.abc import Callable

PULSE_LIMIT_SECONDS = 60.0


class Pulse:
    """Set by the process's main loop, read by `/healthz`.

    Devices and servers that fail are no reason to restart a process; a loop that is stuck is.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        limit_seconds: float = PULSE_LIMIT_SECONDS,
    ) -> None:
        self._monotonic = monotonic
        self._limit_seconds = limit_seconds
        self._at = monotonic()

    def beat(self) -> None:
        """Record that the loop turned."""
        self._at = self._monotonic()

    def is_alive(self) -> bool:
        """Return whether the loop turned within the limit."""
        return self._monotonic() - self._at < self._limit_seconds
