"""The durable count of the day's calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchbot_exporter.cloud.quota import (
    BLOCK_CALLS,
    HEADER_AGE_LIMIT_SECONDS,
    Quota,
    RemainingCalls,
    ResetTime,
    quota_document,
)
from testbed.manual_clock import ManualClock

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 21, 12, tzinfo=TOKYO)


def manual_clock() -> ManualClock:
    return ManualClock(NOON)


def quota(folder: Path, now: Callable[[], datetime], daily_limit: int = 1000) -> Quota:
    return Quota(quota_document(folder), daily_limit, ResetTime(TOKYO), now)


def spend(of: Quota, calls: int) -> None:
    for _ in range(calls):
        of.count()


def test_each_call_is_counted(tmp_path: Path) -> None:
    """One call, one less."""
    clock = manual_clock()
    day = quota(tmp_path, clock.now)
    spend(day, 37)
    assert day.remaining_calls() == 963


def test_a_clean_restart_keeps_the_exact_count(tmp_path: Path) -> None:
    """`close` gives the rest of the block back."""
    first = quota(tmp_path, manual_clock().now)
    spend(first, 37)
    first.close()
    assert quota(tmp_path, manual_clock().now).remaining_calls() == 963


@given(calls=st.integers(0, 100))
def test_a_killed_process_never_loses_a_call(
    tmp_path_factory: pytest.TempPathFactory, calls: int
) -> None:
    """Without `close` at most the rest of one block is counted too much."""
    folder = tmp_path_factory.mktemp("state")
    spend(quota(folder, manual_clock().now), calls)
    left = quota(folder, manual_clock().now).remaining_calls()
    assert 1000 - calls - BLOCK_CALLS < left <= 1000 - calls


def test_two_processes_share_the_count(tmp_path: Path) -> None:
    """`--once` beside the running exporter does not undo what that has counted."""
    service, once = quota(tmp_path, manual_clock().now), quota(tmp_path, manual_clock().now)
    spend(service, 20)
    spend(once, 5)
    once.close()
    spend(service, 20)
    service.close()
    assert quota(tmp_path, manual_clock().now).remaining_calls() == 955


def test_the_count_begins_again_at_the_reset(tmp_path: Path) -> None:
    """Midnight of the house's zone, unless set otherwise."""
    clock = manual_clock()
    day = quota(tmp_path, clock.now)
    spend(day, 10)
    clock.pass_by(hours=11, minutes=59)
    assert day.remaining_calls() == 990
    clock.pass_by(minutes=1)
    assert day.remaining_calls() == 1000
    day.count()
    day.close()
    assert quota(tmp_path, clock.now).remaining_calls() == 999


def test_a_clock_that_is_set_back_gives_no_calls_back(tmp_path: Path) -> None:
    """A day that seems to come twice is counted once."""
    clock = manual_clock()
    day = quota(tmp_path, clock.now)
    spend(day, 10)
    clock.pass_by(days=-2)
    assert day.remaining_calls() == 990
    spend(day, 10)
    assert day.remaining_calls() == 980


@pytest.mark.parametrize("is_restarted", [True, False])
def test_a_clock_that_was_decades_ahead_ends_with_the_day(
    tmp_path: Path, *, is_restarted: bool
) -> None:
    """After a power cut it was in 2106 for a while: its calls are today's, and not for ever."""
    clock = manual_clock()
    clock.instant = datetime(2106, 2, 7, tzinfo=TOKYO)
    day = quota(tmp_path, clock.now)
    spend(day, 1000)
    day.close()
    clock.instant = NOON
    day = quota(tmp_path, clock.now) if is_restarted else day
    assert day.remaining_calls() == 0
    clock.instant = NOON + timedelta(days=1)
    assert day.remaining_calls() == 1000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff"])
def test_a_damaged_count_is_set_aside(tmp_path: Path, content: bytes) -> None:
    """Counting goes on; the cloud's quota error corrects an optimist."""
    quota_document(tmp_path).path.write_bytes(content)
    assert quota(tmp_path, manual_clock().now).remaining_calls() == 1000
    assert len(list(tmp_path.glob("*.set-aside-*"))) == 1


def test_a_count_that_cannot_be_written_lets_no_call_out(tmp_path: Path) -> None:
    """An uncounted call would break the promise."""
    day = quota(tmp_path / "state", manual_clock().now)
    (tmp_path / "state").rmdir()
    with pytest.raises(OSError, match="No such file"):
        day.count()


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"]),
    st.integers(0, 23),
)
def test_now_lies_within_its_day(instant: datetime, zone: str, hour: int) -> None:
    """Also across summer time, where a day has 23 or 25 hours."""
    now, reset = instant.replace(tzinfo=UTC), ResetTime(ZoneInfo(zone), hour)
    start, end = reset.day_start(now), reset.next(now)
    assert start <= now < end
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
    assert reset.day_start(start) == start


def remaining(folder: Path, clock: ManualClock) -> RemainingCalls:
    return RemainingCalls(quota(folder, clock.now), "X-Left", clock.monotonic)


def test_without_a_header_the_local_count_is_shown(tmp_path: Path) -> None:
    """And HELP has that. Other headers and nonsense change nothing."""
    left = remaining(tmp_path, manual_clock())
    for headers in ({}, {"X-Other": "5"}, {"X-Left": "-1"}, {"X-Left": "²"}, {"X-Left": "9" * 99}):
        left.update_from_headers(headers)
        assert (left.shown_calls(), left.source()) == (
            1000,
            "a local count against the daily limit of 1000",
        )


def test_a_header_is_believed_and_planning_takes_the_lower(tmp_path: Path) -> None:
    """The cloud sees the other programs of the account; we see what it may not have counted yet."""
    left = remaining(tmp_path, manual_clock())
    left.update_from_headers({"X-Left": "7"})
    assert (left.shown_calls(), left.plannable_calls()) == (7, 7)
    assert left.source() == "the answer header X-Left"
    left.update_from_headers({"X-Left": "5000"})
    assert (left.shown_calls(), left.plannable_calls()) == (5000, 1000)


def test_a_header_is_forgotten_in_time(tmp_path: Path) -> None:
    """Else a 0 that meant a minute would silence us until the reset."""
    clock = manual_clock()
    left = remaining(tmp_path, clock)
    left.update_from_headers({"X-Left": "0"})
    assert left.plannable_calls() == 0
    clock.pass_by(seconds=HEADER_AGE_LIMIT_SECONDS + 1)
    assert left.plannable_calls() == 1000


def test_after_a_quota_error_nothing_is_left_and_probing_stays_possible(tmp_path: Path) -> None:
    """What is shown is the cloud's word; what is planned lets a careful call find the reset."""
    left = remaining(tmp_path, manual_clock())
    left.exhausted = True
    assert (left.shown_calls(), left.plannable_calls()) == (0, 1000)
