"""Running periods of the house, and the part of the period before to compare them with. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bff.time_grid import DAY_MS, Interval, midnight, month_of, slot_start, unix_milliseconds

type PeriodName = Literal["today", "this_month"]


@dataclass(frozen=True, slots=True)
class RunningPeriod:
    """A period that has not ended, and the period before it.

    Attributes:
        whole: The period until its end.
        before: The period before it.
        compared_until_ms: The last slot edge before now: costs up to a slot edge need no raw
            samples.
    """

    whole: Interval
    before: Interval
    compared_until_ms: int

    @property
    def compared_before(self) -> Interval:
        """The part of the period before that is as long as the elapsed one."""
        elapsed_ms = self.compared_until_ms - self.whole.start_ms
        return Interval(
            self.before.start_ms, min(self.before.start_ms + elapsed_ms, self.before.end_ms)
        )

    @property
    def days(self) -> int:
        """How many days the period has."""
        return round((self.whole.end_ms - self.whole.start_ms) / DAY_MS)

    def day_of(self, now_ms: int) -> int:
        """Return the number of the present day in the period, counted from 1."""
        # An hour of summer time more or less does not change the day.
        return min(self.days, int((now_ms - self.whole.start_ms) / DAY_MS + 1 / 24) + 1)


def running_period(name: PeriodName, now: datetime, zone: ZoneInfo) -> RunningPeriod:
    """Return the day or month of the house that `now` lies in."""
    whole = _day(now.astimezone(zone).date(), zone) if name == "today" else _month(now, zone)
    last_before = datetime.fromtimestamp(whole.start_ms / 1000, zone) - timedelta(hours=1)
    before = _day(last_before.date(), zone) if name == "today" else _month(last_before, zone)
    until_ms = max(slot_start(unix_milliseconds(now)), whole.start_ms)
    return RunningPeriod(whole, before, until_ms)


def _day(day: date, zone: ZoneInfo) -> Interval:
    return Interval(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def _month(at: datetime, zone: ZoneInfo) -> Interval:
    return Interval(*month_of(at, zone))
