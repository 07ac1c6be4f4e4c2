"""When the cloud is polled: the interval follows the budget, and a refused account pauses.

The instant of the quota's reset is unknown, so the end of a refusal is found by asking: one
careful call after each pause, and pauses that double up to half an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from home_model.errors import SourceError
from switchbot_exporter.cloud.budget import Budget, even_interval_ms, interval_ms
from switchbot_exporter.cloud.errors import (
    AccountRefusedError,
    DailyLimitReachedError,
    TooManyRequestsError,
)
from switchbot_exporter.cloud.quota import RemainingCalls

MAX_PAUSE_SECONDS = 1800.0
MAX_DOUBLINGS = 20
# A little less than the even share, so that lateness does not add up.
GAP_SHARE = 0.9
# While the cloud refuses, one call goes out alone: its answer decides about the next.
PROBE_SECONDS = 5.0


def pause_seconds(error: SourceError, refusals: int, interval_seconds: float) -> float:
    """Return how long to send nothing after an error; 0 when it concerns one device alone.

    Args:
        error: What failed. A wait that the cloud itself asks for is kept exactly.
        refusals: How many times in a row it refused before.
        interval_seconds: The first pause, doubled with each refusal.
    """
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds
    if not isinstance(error, AccountRefusedError | TooManyRequestsError | DailyLimitReachedError):
        return 0.0
    return min(interval_seconds * 2 ** min(refusals, MAX_DOUBLINGS), MAX_PAUSE_SECONDS)


@dataclass(slots=True)
class Pause:
    """The pause of the whole account. Instants are of the given monotonic clock, in seconds."""

    monotonic: Callable[[], float]
    refusals: int = 0
    _until: float = field(default=0.0, init=False)

    def seconds_left(self) -> float:
        """Return 0 when the cloud may be polled."""
        return max(self._until - self.monotonic(), 0.0)

    def begin(self, error: SourceError, interval_seconds: float) -> None:
        """Pause after an error. Calls that were under way together count as one refusal."""
        already = self.seconds_left() > 0
        if already and error.retry_after_seconds is None:
            return
        seconds = pause_seconds(error, self.refusals, interval_seconds)
        self._until = max(self._until, self.monotonic() + seconds)
        self.refusals += seconds > 0 and not already

    def end(self) -> None:
        """Forget the refusals. An answer to a call sent before the pause does not end it."""
        if not self.seconds_left():
            self.refusals = 0


@dataclass(slots=True)
class CloudSchedule:
    """The kit's schedule and the client's observer for one account."""

    budget: Budget
    remaining: RemainingCalls
    pause: Pause
    monotonic: Callable[[], float]
    _request_count: int = field(default=1, init=False)
    _sent: int = field(default=0, init=False)
    _sent_at: float = field(default=float("-inf"), init=False)

    def interval_seconds(self, request_count: int) -> float:
        """Return the time between two polls of one plug, such that the day's quota lasts."""
        self._request_count = max(request_count, 1)
        return self.effective_interval_seconds()

    def effective_interval_seconds(self) -> float:
        """Return the same for as many plugs as in the last call of `interval_seconds`."""
        planned = self._planned_ms()
        return (planned or even_interval_ms(self.budget, self._request_count)) / 1000

    def pause_seconds(self) -> float:
        """Return how long no plug may be polled: until the next slot, or the end of a silence."""
        next_slot = self._sent_at + self._gap_seconds() - self.monotonic()
        return max(next_slot, self.silence_seconds())

    def silence_seconds(self) -> float:
        """Return how long to send nothing: the cloud refuses, or today's calls are spent."""
        if self._planned_ms() is not None:
            return self.pause.seconds_left()
        until_reset_seconds = self.remaining.quota.until_reset_ms() / 1000
        # The value of a header is read again before the day ends.
        header_seconds = self.remaining.header_valid_seconds() or until_reset_seconds
        return max(self.pause.seconds_left(), min(until_reset_seconds, header_seconds))

    def on_request(self) -> None:
        """Count the call before it is sent."""
        self.remaining.quota.count()
        self._sent += 1
        self._sent_at = self.monotonic()

    def on_response(self, headers: Mapping[str, str]) -> None:
        """Look for the calls that remain."""
        self.remaining.update_from_headers(headers)

    def on_success(self) -> None:
        """Go on: the cloud serves the account."""
        self.pause.end()
        self.remaining.exhausted = False

    def on_error(self, error: SourceError) -> None:
        """Pause if the cloud refuses the account as a whole."""
        self.pause.begin(error, self.effective_interval_seconds())
        if isinstance(error, DailyLimitReachedError):
            self.remaining.exhausted = True

    def _gap_seconds(self) -> float:
        """Return the time between any two calls: plugs are spread over the interval."""
        if self._sent <= self._request_count:
            return 0.0  # the first round, and the device list: a page should not stay empty
        even = GAP_SHARE * self.effective_interval_seconds() / self._request_count
        return max(even, PROBE_SECONDS) if self.pause.refusals else even

    def _planned_ms(self) -> int | None:
        return interval_ms(
            self.budget,
            self._request_count,
            remaining=self.remaining.plannable_calls(),
            until_reset_ms=self.remaining.quota.until_reset_ms(),
        )
