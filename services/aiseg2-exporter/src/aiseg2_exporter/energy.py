"""A counter that never starts again, made of the unit's energies of a day. Pure.

The unit counts each day from 0 by its own calendar, and shows the complete day before beside it:
nothing between the last reading of a day and midnight is lost. Days in between that no page showed
are asked for by their date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from aiseg2_exporter.parse import ZONE, DayEnergy

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# The unit keeps more, but each day is a request for each circuit.
MAX_MISSING_DAYS = 62


@dataclass(frozen=True, slots=True)
class DailyCounter:
    """Energy since a counter was first read.

    Attributes:
        day: The unit's date.
        today_kwh: Of this day.
        earlier_kwh: Of all days before, from the first one that was read.
    """

    day: date
    today_kwh: Decimal
    earlier_kwh: Decimal = Decimal(0)

    @property
    def total_kwh(self) -> Decimal:
        """Return what a lifetime counter would show."""
        return self.earlier_kwh + self.today_kwh


def list_missing_days(counter: DailyCounter | None, page: DayEnergy) -> list[date]:
    """Return the days whose energy neither the counter nor the page has."""
    if counter is None or page.day <= counter.day:
        return []
    # With hours of yesterday, the page completes the day before it.
    last = page.day - DAY if page.yesterday_kwh else page.day
    count = min((last - counter.day).days, MAX_MISSING_DAYS)
    return [counter.day + n * DAY for n in range(count)]


def advance(
    counter: DailyCounter | None, page: DayEnergy, days_kwh: Mapping[date, Decimal]
) -> DailyCounter:
    """Return the counter after a page; `days_kwh` has what `list_missing_days` asked for.

    A page of an earlier day changes nothing: its calendar was set back.
    """
    if counter is None:
        return DailyCounter(page.day, page.total_kwh)
    if page.day < counter.day:
        return counter
    if page.day == counter.day:
        return replace(counter, today_kwh=page.total_kwh)
    complete = dict(days_kwh)
    if page.yesterday_kwh:
        complete[page.day - DAY] = sum(page.yesterday_kwh, Decimal(0))
    # A complete day never has less than was read of it.
    complete[counter.day] = max(counter.today_kwh, complete.get(counter.day, Decimal(0)))
    passed = sum(
        (kwh for day, kwh in complete.items() if counter.day <= day < page.day), Decimal(0)
    )
    return DailyCounter(page.day, page.total_kwh, counter.earlier_kwh + passed)


@dataclass(frozen=True, slots=True)
class Outage:
    """What a counter rose by while it was not read.

    Attributes:
        since_kwh: Its total before.
        until: When it was read again.
        hours: Its total at the end of each hour of the unit's days from the one to the other.
    """

    since_kwh: Decimal
    until: datetime
    hours: tuple[tuple[datetime, Decimal], ...]


def make_outage(
    before: DailyCounter, page: DayEnergy, days: Mapping[date, DayEnergy], now: datetime
) -> Outage | None:
    """Return the hours between a counter and a later page; None where they have no energy.

    `days` has the pages of what `list_missing_days` asked for.
    """
    hours = tuple(each for each in _totals(before, page, days) if each[0] <= now)
    if not any(total_kwh > before.total_kwh for _, total_kwh in hours):
        return None
    return Outage(before.total_kwh, now, hours)


def _totals(
    before: DailyCounter, page: DayEnergy, days: Mapping[date, DayEnergy]
) -> Iterator[tuple[datetime, Decimal]]:
    by_day = {day: each.hours_kwh for day, each in days.items()}
    by_day |= {page.day - DAY: page.yesterday_kwh, page.day: page.hours_kwh}
    total_kwh, day = before.earlier_kwh, before.day
    # Beyond a day without hours no total is known.
    while day <= page.day and (hours_kwh := by_day.get(day)):
        start = datetime.combine(day, time(), ZONE)
        for number, kwh in enumerate(hours_kwh, 1):
            total_kwh += kwh
            yield start + number * HOUR, total_kwh
        day += DAY
