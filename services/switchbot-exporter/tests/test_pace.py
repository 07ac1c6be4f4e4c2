"""Leaving a refusing account alone, and spreading the calls of a serving one."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from switchbot_exporter.cloud.budget import Budget
from switchbot_exporter.cloud.errors import (
    AccountRefusedError,
    DailyLimitReachedError,
    TooManyRequestsError,
)
from switchbot_exporter.cloud.pace import CloudPace
from switchbot_exporter.cloud.pause import LONGEST_PAUSE_SECONDS, Pause, pause_seconds
from switchbot_exporter.cloud.quota import Quota
from switchbot_exporter.cloud.quota_day import Reset
from switchbot_exporter.cloud.remaining import Remaining
from switchbot_exporter.cloud.spent import spent_document
from testbed.hands import Hands

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OF_THE_ACCOUNT = [AccountRefusedError, TooManyRequestsError, DailyLimitReachedError]


@pytest.fixture
def clock() -> Hands:
    return Hands(NOON)


@pytest.fixture
def pace_of(tmp_path: Path, clock: Hands) -> Callable[[int], CloudPace]:
    def build(plugs: int, daily_limit: int = 10_000) -> CloudPace:
        reset = Reset(ZoneInfo("UTC"))
        quota = Quota(spent_document(tmp_path), daily_limit, reset, clock.now)
        pace = CloudPace(
            Budget(daily_limit, 500, 30_000),
            Remaining(quota, "X-Left", clock.monotonic),
            Pause(clock.monotonic),
            clock.monotonic,
        )
        pace.interval_seconds(plugs)
        return pace

    return build


type PaceOf = Callable[..., CloudPace]


@pytest.mark.parametrize("kind", OF_THE_ACCOUNT)
def test_pauses_double_up_to_half_an_hour(kind: type[SourceError]) -> None:
    """The end of a refusal is found by asking, ever more seldom."""
    found = [pause_seconds(kind("no"), refusals, 30) for refusals in (0, 1, 2, 5, 6, 10**6)]
    assert found == [30, 60, 120, 960, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


@given(
    st.floats(0, 86_400), st.integers(0, 100), st.sampled_from([*OF_THE_ACCOUNT, UnreachableError])
)
def test_the_wait_the_cloud_asks_for_is_followed_exactly(
    seconds: float, refusals: int, kind: type[SourceError]
) -> None:
    """Neither shorter nor doubled, on bursts, faults and the quota alike."""
    assert pause_seconds(kind("no", retry_after_seconds=seconds), refusals, 30) == seconds


@pytest.mark.parametrize("kind", [UnreachableError, RejectedError, BadPayloadError])
def test_a_failing_plug_does_not_silence_the_others(
    pace_of: PaceOf, kind: type[SourceError]
) -> None:
    """Only what concerns the account pauses it."""
    pace = pace_of(14)
    pace.failed(kind("this plug"))
    assert pace.silence_seconds() == 0


def test_calls_under_way_together_count_as_one_refusal(pace_of: PaceOf, clock: Hands) -> None:
    """Else ten plugs would turn one burst into hours of silence."""
    pace = pace_of(1)
    for _ in range(10):
        pace.failed(TooManyRequestsError("no"))
    assert pace.silence_seconds() == 30
    clock.pass_by(seconds=30)
    assert pace.silence_seconds() == 0
    pace.failed(TooManyRequestsError("no"))
    assert pace.silence_seconds() == 60


def test_a_late_answer_does_not_end_a_pause(pace_of: PaceOf, clock: Hands) -> None:
    """It was asked for before the refusal; Retry-After still holds."""
    pace = pace_of(14)
    pace.failed(TooManyRequestsError("no", retry_after_seconds=90))
    pace.succeeded()
    assert pace.silence_seconds() == 90
    clock.pass_by(seconds=90)
    assert pace.silence_seconds() == 0


def test_after_the_quota_error_one_careful_call_finds_the_reset(
    pace_of: PaceOf, clock: Hands
) -> None:
    """Nothing remains by the cloud's word; a success makes our own count stand again."""
    pace = pace_of(14)
    pace.failed(DailyLimitReachedError("spent"))
    assert pace.remaining.shown_calls() == 0
    clock.pass_by(seconds=pace.silence_seconds())
    pace.sending()
    pace.succeeded()
    assert pace.remaining.shown_calls() == 9999
    pace.failed(DailyLimitReachedError("spent"))
    assert pace.silence_seconds() == pytest.approx(pace.interval_in_force_seconds())


def test_a_spent_budget_waits_for_the_reset(pace_of: PaceOf, clock: Hands) -> None:
    """Only the reserve is left: silence until midnight, then on at the even pace."""
    pace = pace_of(1, daily_limit=520)
    for _ in range(20):
        pace.sending()
    assert pace.silence_seconds() == pytest.approx(12 * 3600, abs=1)
    clock.pass_by(seconds=pace.silence_seconds())
    assert pace.silence_seconds() == 0
    assert pace.remaining.shown_calls() == 520


def test_a_header_that_says_nothing_is_left_is_asked_again_in_half_an_hour(
    pace_of: PaceOf, clock: Hands
) -> None:
    """It might have meant a shorter window than the day."""
    pace = pace_of(1)
    pace.answered({"X-Left": "0"})
    assert pace.silence_seconds() == pytest.approx(1800)
    clock.pass_by(seconds=1801)
    assert pace.silence_seconds() == 0


def turns(pace: CloudPace, clock: Hands, count: int) -> list[float]:
    """When so many calls go out if there is always a plug that waits."""
    found = []
    for _ in range(count):
        clock.pass_by(seconds=pace.pause_seconds())
        pace.sending()
        found.append(clock.monotonic())
    return found


def test_after_the_first_round_calls_are_spread_over_the_interval(
    pace_of: PaceOf, clock: Hands
) -> None:
    """The first round is quick; then no two calls are closer than their share."""
    pace = pace_of(14)
    turns(pace, clock, 15)
    gaps = [after - before for before, after in pairwise(turns(pace, clock, 30))]
    share = pace.interval_in_force_seconds() / 14
    assert min(gaps) == pytest.approx(0.9 * share, rel=0.01)


def test_after_a_pause_one_call_goes_out_alone(pace_of: PaceOf, clock: Hands) -> None:
    """The waiting plugs do not all fall on the cloud at its end."""
    pace = pace_of(100, daily_limit=100_000_000)
    turns(pace, clock, 101)
    pace.failed(TooManyRequestsError("no"))
    first, second = turns(pace, clock, 2)
    assert second - first >= 5
    pace.succeeded()
    assert pace.pause_seconds() < 1
