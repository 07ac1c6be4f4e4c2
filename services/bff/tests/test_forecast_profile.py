"""What the hours to come are expected to use."""

import numpy as np

from bff.forecast.profile import HOURS_PER_DAY, HOURS_PER_WEEK, MIN_HOURS, expect_hours

FOUR_WEEKS = 4 * HOURS_PER_WEEK
KNOWN = np.ones(FOUR_WEEKS, dtype=bool)


def test_the_same_weekdays_are_expected_again() -> None:
    """A Sunday that uses ten times as much comes again, and leaves no range: it is certain."""
    week = np.repeat([100, 100, 100, 100, 100, 100, 1000], HOURS_PER_DAY)
    expected = expect_hours(np.tile(week, 4), KNOWN, 0, HOURS_PER_WEEK + HOURS_PER_DAY)
    assert expected is not None
    assert expected.uwh.tolist() == [*week.tolist(), *[100] * HOURS_PER_DAY]
    assert expected.deviation_uwh == 0


def test_newer_weeks_count_more_and_a_trend_widens_the_range() -> None:
    """After 100, 200, 300, 400 more than their mean is expected, and less than the last."""
    past = np.repeat([100, 200, 300, 400], HOURS_PER_WEEK)
    expected = expect_hours(past, KNOWN, 0, HOURS_PER_DAY)
    assert expected is not None
    assert 250 * HOURS_PER_DAY < expected.total_uwh < 400 * HOURS_PER_DAY
    assert expected.total_uwh + expected.deviation_uwh > 400 * HOURS_PER_DAY


def test_with_less_than_three_days_nothing_is_expected() -> None:
    """And what was not measured is no zero."""
    known = np.zeros(FOUR_WEEKS, dtype=bool)
    known[-MIN_HOURS:] = True
    past = np.where(known, 50, 0)
    expected = expect_hours(past, known, 5, 10)
    assert expected is not None
    assert expected.uwh.tolist() == [50] * 10
    known[-MIN_HOURS] = False
    assert expect_hours(past, known, 5, 10) is None
