"""When the account as a whole must be left alone, and for how long.

The instant of the quota's reset is unknown, so the end is found by asking: one careful call after
each pause, and pauses that double up to half an hour.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from home_model.errors import SourceError
from switchbot_exporter.cloud.errors import (
    AccountRefusedError,
    DailyLimitReachedError,
    TooManyRequestsError,
)

LONGEST_PAUSE_SECONDS = 1800.0
MOST_DOUBLINGS = 20


def pause_seconds(error: SourceError, refusals: int, interval_seconds: float) -> float:
    """How long to ask nothing after an error; 0 when it concerns one device alone.

    Args:
        error: What the cloud said. Its own wish to wait is followed exactly.
        refusals: How many times in a row it refused before.
        interval_seconds: The first pause, doubled with each refusal.
    """
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds
    if not isinstance(error, AccountRefusedError | TooManyRequestsError | DailyLimitReachedError):
        return 0.0
    return min(interval_seconds * 2 ** min(refusals, MOST_DOUBLINGS), LONGEST_PAUSE_SECONDS)


@dataclass(slots=True)
class Pause:
    """The pause in force. Instants are of the given monotonic clock, in seconds."""

    monotonic: Callable[[], float]
    refusals: int = 0
    _until: float = field(default=0.0, init=False)

    def seconds_left(self) -> float:
        """0 when the cloud may be asked."""
        return max(self._until - self.monotonic(), 0.0)

    def begin(self, error: SourceError, interval_seconds: float) -> None:
        """Learn from an error. Calls that were under way together count as one refusal."""
        already = self.seconds_left() > 0
        if already and error.retry_after_seconds is None:
            return
        seconds = pause_seconds(error, self.refusals, interval_seconds)
        self._until = max(self._until, self.monotonic() + seconds)
        self.refusals += seconds > 0 and not already

    def end(self) -> None:
        """The cloud answers again. An answer to a call sent before the pause does not end it."""
        if not self.seconds_left():
            self.refusals = 0
