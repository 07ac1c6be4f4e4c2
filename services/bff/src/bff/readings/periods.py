"""Reading periods from a list of dates and a day of the month. Pure.

The list has the real dates, which weekends move; the day of the month fills what it leaves open.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bff.contracts.period import Period

# Real periods have 23 to 36 days; between two dates farther apart some are not in the list.
MAX_LISTED_DAYS = 45
FIRST_OF_MONTH = 1
# Closer to a real date, a day of the month is the same reading.
MIN_APART = timedelta(days=15)
MARGIN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Readings:
    """When the meter is read.

    Attributes:
        dates: The days at whose start it is read, sorted.
        day_of_month: Used beyond the dates; None where only the dates hold.
    """

    dates: Sequence[date]
    day_of_month: int | None


def periods_within(readings: Readings, first_day: date, end_day: date) -> list[Period]:
    """Return the reading periods that have a day in [first_day, end_day), earliest first."""
    days = sorted({*readings.dates, *_regular_days(readings, first_day - MARGIN, end_day + MARGIN)})
    found = (Period(start, end) for start, end in pairwise(days))
    return [period for period in found if period.first_day < end_day and first_day < period.end_day]


def follows_calendar_months(readings: Readings) -> bool:
    """Return whether the meter is read on the first of each month."""
    return not readings.dates and readings.day_of_month == FIRST_OF_MONTH


def _regular_days(readings: Readings, first_day: date, end_day: date) -> Iterator[date]:
    if readings.day_of_month is None:
        return
    month = first_day.replace(day=1)
    while month < end_day:
        last = monthrange(month.year, month.month)[1]
        day = month.replace(day=min(readings.day_of_month, last))
        if _is_open(readings.dates, day):
            yield day
        month = (month + timedelta(days=31)).replace(day=1)


def _is_open(dates: Sequence[date], day: date) -> bool:
    """Return whether the list has no reading around a day."""
    before = max((each for each in dates if each <= day), default=None)
    after = min((each for each in dates if each >= day), default=None)
    if any(each is not None and abs(each - day) < MIN_APART for each in (before, after)):
        return False
    return before is None or after is None or (after - before).days > MAX_LISTED_DAYS
