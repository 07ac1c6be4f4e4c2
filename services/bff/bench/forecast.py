"""Back-test of the forecast on a year of the virtual home: `python -m bench.forecast`.

Every reading period of the year is forecast on its tenth and twentieth day from the hours before.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bff.forecast.profile import expect_hours
from bff.forecast.query import PAST_DAYS
from virtual_home.appliances import APPLIANCES
from virtual_home.electricity import electricity_at
from virtual_home.moments import moments

LOG = logging.getLogger("bench")

ZONE = ZoneInfo("Asia/Tokyo")
FIRST_DAY = date(2025, 1, 1)
DAYS = 430
SEED = 1
READING_DAYS = range(1, 29, 3)
HOUR_SECONDS = 3600
MINUTE_SECONDS = 60
UWH_PER_WATT_MINUTE = 1_000_000 / 60
# Goals: the median error on a day of the period, and how often the range holds the truth.
GOALS = {10: 0.10, 20: 0.05}
MIN_WITHIN = 0.80


@dataclass(frozen=True, slots=True)
class Tried:
    """One forecast: how far it was off, and whether the range held the truth."""

    error: float
    is_within: bool


def main() -> None:
    """Print the errors."""
    logging.basicConfig(level="INFO", format="%(message)s")
    hourly = hourly_uwh()
    for day, most in GOALS.items():
        tried = list(back_test(hourly, day))
        within = sum(each.is_within for each in tried) / len(tried)
        error = median(each.error for each in tried)
        LOG.info(
            "day %d: median error %.1f %% (at most %.0f %%: %s), range holds %.0f %% (at least"
            " %.0f %%: %s), n=%d, largest error %.1f %%",
            day,
            100 * error,
            100 * most,
            "met" if error <= most else "NOT met",
            100 * within,
            100 * MIN_WITHIN,
            "met" if within >= MIN_WITHIN else "NOT met",
            len(tried),
            100 * max(each.error for each in tried),
        )


def hourly_uwh() -> NDArray[np.int64]:
    """Return the energy of every hour of the house, micro-watt-hours."""
    start = round(_midnight(FIRST_DAY).timestamp())
    total = np.zeros(DAYS * 24)
    for first in range(0, DAYS, 20):
        days = min(20, DAYS - first)
        seconds = start + first * 86_400 + np.arange(days * 1440, dtype=np.float64) * MINUTE_SECONDS
        at = moments(seconds, ZONE)
        watts = sum(
            (
                electricity_at(name, each, at, seed=SEED).power_watts
                for name, each in APPLIANCES.items()
            ),
            np.zeros(len(seconds)),
        )
        of_hours = watts.reshape(-1, 60).sum(axis=1) * UWH_PER_WATT_MINUTE
        total[first * 24 : (first + days) * 24] = of_hours
    return np.rint(total).astype(np.int64)


def back_test(hourly: NDArray[np.int64], day: int) -> Iterator[Tried]:
    """Forecast every period of a year on one of its days."""
    origin = round(_midnight(FIRST_DAY).timestamp()) // HOUR_SECONDS
    for first, end in (
        period for day_of_month in READING_DAYS for period in _periods(day_of_month)
    ):
        start, now, stop = (_hour(each) for each in (first, first + timedelta(days=day), end))
        past = hourly[now - PAST_DAYS * 24 : now]
        expected = expect_hours(past, np.ones(len(past), dtype=bool), origin + now, stop - now)
        if expected is None:
            continue
        so_far, truth = int(hourly[start:now].sum()), int(hourly[start:stop].sum())
        off = so_far + expected.total_uwh - truth
        yield Tried(abs(off) / truth, abs(off) <= expected.deviation_uwh)


def _periods(reading_day: int) -> Iterator[tuple[date, date]]:
    year = FIRST_DAY.year
    return pairwise(date(year + n // 12, n % 12 + 1, reading_day) for n in range(1, 14))


def _hour(day: date) -> int:
    return (day - FIRST_DAY).days * 24


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


if __name__ == "__main__":
    main()
