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
from switchbot_exporter.cloud.quota import Quota, RemainingCalls, ResetTime, quota_document
from switchbot_exporter.cloud.schedule import MAX_PAUSE_SECONDS, CloudSchedule, Pause, pause_seconds
from testbed.manual_clock import ManualClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OF_THE_ACCOUNT = [AccountRefusedError, TooManyRequestsError, DailyLimitReachedError]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def make_schedule(tmp_path: Path, clock: ManualClock) -> Callable[[int], CloudSchedule]:
    def build(plugs: int, daily_limit: int = 10_000) -> CloudSchedule:
        reset = ResetTime(ZoneInfo("UTC"))
        quota = Quota(quota_document(tmp_path), daily_limit, reset, clock.now)
        schedule = CloudSchedule(
            Budget(daily_limit, 500, 30_000),
            RemainingCalls(quota, "X-Left", clock.monotonic),
            Pause(clock.monotonic),
            clock.monotonic,
        )
        schedule.interval_seconds(plugs)
        return schedule

    return build


type MakeSchedule = Callable[..., CloudSchedule]


@pytest.mark.parametrize("kind", OF_THE_ACCOUNT)
def test_pauses_double_up_to_half_an_hour(kind: type[SourceError]) -> None:
    """The end of a refusal is found by asking, ever more seldom."""
    found = [pause_seconds(kind("no"), refusals, 30) for refusals in (0, 1, 2, 5, 6, 10**6)]
    assert found == [30, 60, 120, 960, MAX_PAUSE_SECONDS, MAX_PAUSE_SECONDS]


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
    make_schedule: MakeSchedule, kind: type[SourceError]
) -> None:
    """Only what concerns the account pauses it."""
    schedule = make_schedule(14)
    schedule.on_error(kind("this plug"))
    assert schedule.silence_seconds() == 0


def test_calls_under_way_together_count_as_one_refusal(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """Else ten plugs would turn one burst into hours of silence."""
    schedule = make_schedule(1)
    for _ in range(10):
        schedule.on_error(TooManyRequestsError("no"))
    assert schedule.silence_seconds() == 30
    clock.pass_by(seconds=30)
    assert schedule.silence_seconds() == 0
    schedule.on_error(TooManyRequestsError("no"))
    assert schedule.silence_seconds() == 60


def test_a_late_answer_does_not_end_a_pause(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """It was asked for before the refusal; Retry-After still holds."""
    schedule = make_schedule(14)
    schedule.on_error(TooManyRequestsError("no", retry_after_seconds=90))
    schedule.on_success()
    assert schedule.silence_seconds() == 90
    clock.pass_by(seconds=90)
    assert schedule.silence_seconds() == 0


def test_after_the_quota_error_one_careful_call_finds_the_reset(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """Nothing remains by the cloud's word; a success makes our own count stand again."""
    schedule = make_schedule(14)
    schedule.on_error(DailyLimitReachedError("spent"))
    assert schedule.remaining.shown_calls() == 0
    clock.pass_by(seconds=schedule.silence_seconds())
    schedule.on_request()
    schedule.on_success()
    assert schedule.remaining.shown_calls() == 9999
    schedule.on_error(DailyLimitReachedError("spent"))
    assert schedule.silence_seconds() == pytest.approx(schedule.effective_interval_seconds())


def test_a_spent_budget_waits_for_the_reset(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """Only the reserve is left: silence until midnight, then on at the even schedule."""
    schedule = make_schedule(1, daily_limit=520)
    for _ in range(20):
        schedule.on_request()
    assert schedule.silence_seconds() == pytest.approx(12 * 3600, abs=1)
    clock.pass_by(seconds=schedule.silence_seconds())
    assert schedule.silence_seconds() == 0
    assert schedule.remaining.shown_calls() == 520


def test_a_header_that_says_nothing_is_left_is_asked_again_in_half_an_hour(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """It might have meant a shorter window than the day."""
    schedule = make_schedule(1)
    schedule.on_response({"X-Left": "0"})
    assert schedule.silence_seconds() == pytest.approx(1800)
    clock.pass_by(seconds=1801)
    assert schedule.silence_seconds() == 0


def turns(schedule: CloudSchedule, clock: ManualClock, count: int) -> list[float]:
    """When so many calls go out if there is always a plug that waits."""
    found = []
    for _ in range(count):
        clock.pass_by(seconds=schedule.pause_seconds())
        schedule.on_request()
        found.append(clock.monotonic())
    return found


def test_after_the_first_round_calls_are_spread_over_the_interval(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """The first round is quick; then no two calls are closer than their share."""
    schedule = make_schedule(14)
    turns(schedule, clock, 15)
    gaps = [after - before for before, after in pairwise(turns(schedule, clock, 30))]
    share = schedule.effective_interval_seconds() / 14
    assert min(gaps) == pytest.approx(0.9 * share, rel=0.01)


def test_after_a_pause_one_call_goes_out_alone(
    make_schedule: MakeSchedule, clock: ManualClock
) -> None:
    """The waiting plugs do not all fall on the cloud at its end."""
    schedule = make_schedule(100, daily_limit=100_000_000)
    turns(schedule, clock, 101)
    schedule.on_error(TooManyRequestsError("no"))
    first, second = turns(schedule, clock, 2)
    assert second - first >= 5
    schedule.on_success()
    assert schedule.pause_seconds() < 1
