"""How many calls of the account's day are gone, counted before each is sent.

Calls are reserved on disk in blocks: after `kill -9` the count is at most a block too high, never
too low. Other programs that share the account are not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from exporter_kit.statefile import Document
from switchbot_exporter.cloud.quota_day import Reset
from switchbot_exporter.cloud.spent import Spent, in_day, load_spent, save_spent

BLOCK_CALLS = 16


@dataclass(slots=True)
class Quota:
    """The calls of the day.

    Attributes:
        document: Where the count is kept.
        daily_limit: Calls a day of the whole account.
        reset: When a day begins.
        now: The present instant (aware).
    """

    document: Document
    daily_limit: int
    reset: Reset
    now: Callable[[], datetime]
    _taken: Spent = field(init=False)
    _unused_calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Take up the count where the last process left it."""
        self.document.path.parent.mkdir(parents=True, exist_ok=True)
        self._taken = self._on_disk()

    def count(self) -> None:
        """Count one call, durably, before it is sent.

        Raises:
            OSError: The count could not be written; the call must not be made.
        """
        self._turn_day()
        if self._unused_calls == 0:
            self._take(BLOCK_CALLS)
        self._unused_calls -= 1

    def remaining_calls(self) -> int:
        """Calls left until the assumed reset."""
        self._turn_day()
        return max(self.daily_limit - self._taken.calls + self._unused_calls, 0)

    def until_reset_ms(self) -> int:
        """Milliseconds to the assumed reset."""
        return self.reset.until_next_ms(self.now())

    def close(self) -> None:
        """Give the unused rest of the block back."""
        self._turn_day()
        if self._unused_calls:
            self._take(-self._unused_calls)

    def _take(self, calls: int) -> None:
        # From the file, not from memory: `--once` may have counted beside us.
        before = self._on_disk()
        taken = Spent(before.day_start, max(before.calls + calls, 0))
        save_spent(self.document, taken)
        self._taken = taken
        self._unused_calls += calls

    def _turn_day(self) -> None:
        if self._taken.day_start < self.reset.day_start(self.now()):
            self._taken, self._unused_calls = self._on_disk(), 0

    def _on_disk(self) -> Spent:
        now = self.now()
        return in_day(load_spent(self.document, now), self.reset.day_start(now))
