"""How many requests a token may make: a bucket that refills evenly."""

from collections.abc import Callable
from threading import Lock

SECONDS_PER_MINUTE = 60.0


class RequestRates:
    """One bucket for each token.

    Args:
        per_minute: Requests in a minute, also at once.
        monotonic: The clock, in seconds.
    """

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._capacity, self._monotonic = float(per_minute), monotonic
        self._per_second = per_minute / SECONDS_PER_MINUTE
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, token_id: str) -> float:
        """Take one request; return 0, or after how many seconds there is one to take."""
        with self._lock:
            now = self._monotonic()
            level, at = self._buckets.get(token_id, (self._capacity, now))
            level = min(self._capacity, level + (now - at) * self._per_second)
            if level < 1.0:
                self._buckets[token_id] = level, now
                return (1.0 - level) / self._per_second
            self._buckets[token_id] = level - 1.0, now
            return 0.0
