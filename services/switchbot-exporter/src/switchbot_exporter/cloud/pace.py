"""Survival mode: the interval follows the budget, and an account that refuses is left alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from home_model.errors import SourceError
from switchbot_exporter.cloud.budget import Budget, even_interval_ms, interval_ms
from switchbot_exporter.cloud.errors import DailyLimitReachedError
from switchbot_exporter.cloud.pause import Pause
from switchbot_exporter.cloud.remaining import Remaining

# A little less than the even share, so that lateness does not add up.
GAP_SHARE = 0.9
# While the cloud refuses, one call goes out alone: its answer decides about the next.
PROBE_SECONDS = 5.0


@dataclass(slots=True)
class CloudPace:
    """The kit's `Schedule` and the client's `Watch` for one account."""

    budget: Budget
    remaining: Remaining
    pause: Pause
    monotonic: Callable[[], float]
    _request_count: int = field(default=1, init=False)
    _sent: int = field(default=0, init=False)
    _sent_at: float = field(default=float("-inf"), init=False)

    def interval_seconds(self, request_count: int) -> float:
        """The time between two polls of one plug, such that the day's quota lasts."""
        self._request_count = max(request_count, 1)
        return self.interval_in_force_seconds()

    def interval_in_force_seconds(self) -> float:
        """The same for as many plugs as there were when last asked."""
        planned = self._planned_ms()
        return (planned or even_interval_ms(self.budget, self._request_count)) / 1000

    def pause_seconds(self) -> float:
        """How long no plug may be asked: until the next turn, or the end of a longer silence."""
        next_turn = self._sent_at + self._gap_seconds() - self.monotonic()
        return max(next_turn, self.silence_seconds())

    def silence_seconds(self) -> float:
        """How long to ask nothing: the cloud refuses, or what may be spent today is spent."""
        if self._planned_ms() is not None:
            return self.pause.seconds_left()
        until_reset_seconds = self.remaining.quota.until_reset_ms() / 1000
        # What a header said is asked for again before the day ends.
        header_seconds = self.remaining.header_holds_seconds() or until_reset_seconds
        return max(self.pause.seconds_left(), min(until_reset_seconds, header_seconds))

    def sending(self) -> None:
        """Count the call before it is sent."""
        self.remaining.quota.count()
        self._sent += 1
        self._sent_at = self.monotonic()

    def answered(self, headers: Mapping[str, str]) -> None:
        """Look for the calls that remain."""
        self.remaining.learn(headers)

    def succeeded(self) -> None:
        """The cloud serves the account."""
        self.pause.end()
        self.remaining.exhausted = False

    def failed(self, error: SourceError) -> None:
        """Pause if the cloud refuses the account as a whole."""
        self.pause.begin(error, self.interval_in_force_seconds())
        if isinstance(error, DailyLimitReachedError):
            self.remaining.exhausted = True

    def _gap_seconds(self) -> float:
        """Between any two calls, so that plugs are spread over the interval, not asked at once."""
        if self._sent <= self._request_count:
            return 0.0  # the first round, and the device list: a page should not stay empty
        even = GAP_SHARE * self.interval_in_force_seconds() / self._request_count
        return max(even, PROBE_SECONDS) if self.pause.refusals else even

    def _planned_ms(self) -> int | None:
        return interval_ms(
            self.budget,
            self._request_count,
            remaining=self.remaining.plannable_calls(),
            until_reset_ms=self.remaining.quota.until_reset_ms(),
        )
