"""Energy of the hours to come, from the hours of the last weeks. Pure.

An hour is expected to use what the same hour of the week used on average; each week counts twice
as much as the one before it, because the season goes on. The range comes from how far single days
and whole weeks were from that (back-tested by `python -m bench.forecast`).
"""

from dataclasses import dataclass

import numpy as np

from bff.energy import Integers

HOURS_PER_WEEK = 168
HOURS_PER_DAY = 24
MIN_HOURS = 72
# Wider than a normal distribution needs for 80 %: the weeks of a season follow a trend.
RANGE_DEVIATIONS = 2.3


@dataclass(frozen=True, slots=True)
class Expected:
    """Hours to come.

    Attributes:
        uwh: The energy of each.
        deviation_uwh: The half width of the range of their sum.
    """

    uwh: Integers
    deviation_uwh: int

    @property
    def total_uwh(self) -> int:
        """Their sum."""
        return int(self.uwh.sum())


def expect_hours(
    past_uwh: Integers, known: np.ndarray, first_hour: int, hours: int
) -> Expected | None:
    """Return the energy of hours to come; None with less than three days of data.

    Args:
        past_uwh: Of the hours before, at most some weeks, oldest first.
        known: Whether each of them was measured.
        first_hour: The first hour to come, counted since any Monday or other fixed instant.
        hours: How many are to come.
    """
    if int(known.sum()) < MIN_HOURS:
        return None
    of_week = (first_hour - len(past_uwh) + np.arange(len(past_uwh))) % HOURS_PER_WEEK
    profile = _profile(past_uwh.astype(float), known, of_week)
    to_come = profile[(first_hour + np.arange(hours)) % HOURS_PER_WEEK]
    deviation = _deviation(past_uwh, known, profile[of_week], hours)
    return Expected(np.rint(to_come).astype(np.int64), round(deviation))


def _profile(past_uwh: np.ndarray, known: np.ndarray, of_week: np.ndarray) -> np.ndarray:
    """Return the mean of each hour of the week; of its hour of the day where it has no data.

    Each week counts half as much as the one after it.
    """
    weeks_ago = (len(past_uwh) - 1 - np.arange(len(past_uwh))) // HOURS_PER_WEEK
    weights = np.where(known, 0.5**weeks_ago, 0.0)
    of_day = _means(past_uwh, weights, of_week % HOURS_PER_DAY, HOURS_PER_DAY)
    of_day = np.where(np.isnan(of_day), past_uwh[known].mean(), of_day)
    by_week = _means(past_uwh, weights, of_week, HOURS_PER_WEEK)
    return np.where(np.isnan(by_week), np.resize(of_day, HOURS_PER_WEEK), by_week)


def _means(values: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    shares = np.bincount(group, weights, minlength=groups)
    sums = np.bincount(group, values * weights, minlength=groups)
    return np.where(shares > 0, sums / np.where(shares > 0, shares, 1), np.nan)


def _deviation(past_uwh: Integers, known: np.ndarray, expected: np.ndarray, hours: int) -> float:
    """Return how far the sum of so many hours may be off: by single days, and by the level."""
    differences = np.where(known, past_uwh - expected, 0.0)
    whole = len(differences) // HOURS_PER_DAY * HOURS_PER_DAY
    if not whole or not hours:
        return 0.0
    days = differences[-whole:].reshape(-1, HOURS_PER_DAY).sum(axis=1)
    weeks = max(1, len(days) // 7)
    # Each hour is a part of the mean that it is compared with.
    of_day = days.std() * np.sqrt(weeks / max(1, weeks - 1) if weeks > 1 else 2)
    of_level = _level_deviation(past_uwh, known)
    ahead = hours / HOURS_PER_DAY
    return RANGE_DEVIATIONS * float(np.hypot(of_day * np.sqrt(ahead), of_level * ahead))


def _level_deviation(past_uwh: Integers, known: np.ndarray) -> float:
    """Return how far the mean day of a week is from that of the last weeks."""
    weeks = [
        past_uwh[max(0, end - HOURS_PER_WEEK) : end][known[max(0, end - HOURS_PER_WEEK) : end]]
        for end in range(len(past_uwh), HOURS_PER_DAY, -HOURS_PER_WEEK)
    ]
    means = [float(week.mean()) * HOURS_PER_DAY for week in weeks if len(week) >= HOURS_PER_DAY]
    if len(means) < 2:  # noqa: PLR2004 - a deviation needs two
        # One week does not show how weeks differ.
        return 0.2 * means[0] if means else 0.0
    return float(np.std(means, ddof=1) * np.sqrt(1 + 1 / len(means)))
