"""Running periods of the house and the part of the period before that they are compared with."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bff.overview.periods import running_period
from bff.time_grid import in_zone, unix_milliseconds

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_running_month_is_compared_with_the_same_elapsed_part() -> None:
    """On 28 November at 15:07 in Tokyo: until 15:00 of 28 October."""
    now = datetime(2026, 11, 28, 15, 7, tzinfo=TOKYO).astimezone(UTC)
    period = running_period("this_month", now, TOKYO)
    assert in_zone(period.whole.start_ms, TOKYO).isoformat() == "2026-11-01T00:00:00+09:00"
    assert in_zone(period.compared_until_ms, TOKYO).isoformat() == "2026-11-28T15:00:00+09:00"
    before = period.compared_before
    assert in_zone(before.start_ms, TOKYO).isoformat() == "2026-10-01T00:00:00+09:00"
    assert in_zone(before.end_ms, TOKYO).isoformat() == "2026-10-28T15:00:00+09:00"
    assert (period.days, period.day_of(unix_milliseconds(now))) == (30, 28)


def test_a_longer_month_is_compared_with_all_of_the_shorter_one_before() -> None:
    """On 31 March there is no 31 February."""
    now = datetime(2026, 3, 31, 12, tzinfo=TOKYO)
    before = running_period("this_month", now, TOKYO).compared_before
    assert in_zone(before.end_ms, TOKYO).isoformat() == "2026-03-01T00:00:00+09:00"


def test_today_on_the_day_the_clocks_change_is_that_day() -> None:
    """25 hours in Berlin; the day before has 24."""
    now = datetime(2026, 10, 25, 23, 50, tzinfo=BERLIN)
    period = running_period("today", now, BERLIN)
    assert period.whole.end_ms - period.whole.start_ms == 25 * 3_600_000
    assert period.before.end_ms - period.before.start_ms == 24 * 3_600_000
    assert period.compared_before.end_ms <= period.before.end_ms
    assert (period.days, period.day_of(unix_milliseconds(now))) == (1, 1)


def test_just_after_midnight_nothing_has_elapsed() -> None:
    """Both compared parts are empty, not negative."""
    now = datetime(2026, 11, 1, 0, 3, tzinfo=TOKYO)
    period = running_period("this_month", now, TOKYO)
    assert period.compared_until_ms == period.whole.start_ms
    assert period.compared_before.end_ms == period.compared_before.start_ms
