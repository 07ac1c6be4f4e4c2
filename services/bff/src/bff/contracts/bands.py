"""Which band of a line with times of use holds at which instant. Pure.

A day is `holiday` when it is a public holiday, a Sunday, a date of the line's `holiday_dates` or,
where the line has it so, a Saturday; every other day is `weekday`, Saturdays too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bff.contracts.document import Band, DaysOfSeries, Demand, EnergyLine, Holidays, Times

SATURDAY, SUNDAY = 5, 6
ONE_DAY = timedelta(days=1)

type IsPublicHoliday = Callable[[date], bool]
type NamesByDay = Mapping[date, str]


class MissingDayError(Exception):
    """A day has no name in the series that a band asks."""

    def __init__(self, series: str, day: date) -> None:
        super().__init__(f"{series} {day.isoformat()}")
        self.series = series
        self.day = day


@dataclass(frozen=True, slots=True)
class Calendar:
    """What days are: public holidays, and series of names by day."""

    zone: ZoneInfo
    is_public_holiday: IsPublicHoliday
    names: Mapping[str, NamesByDay]


def band_edges(
    line: EnergyLine, calendar: Calendar, start: datetime, end: datetime
) -> list[datetime]:
    """Return the instants in (start, end) at which another band of a line may begin, in UTC."""
    times = sorted({edge for band in line.times or () for edge in _edges_of_day(band)})
    edges = {
        _instant(day, at, calendar.zone) for day in _days(start, end, calendar.zone) for at in times
    }
    # A wall-clock time that a change of clocks repeats holds from both of its instants on.
    shifts = _clock_changes(start, end, calendar.zone)
    return sorted(edge for edge in edges | shifts if start < edge < end)


def band_at(line: EnergyLine, calendar: Calendar, at: datetime) -> Band | None:
    """Return the first band that holds at an instant.

    Raises:
        MissingDayError: A band needs the name of a day that its series does not have.
    """
    local = at.astimezone(calendar.zone)
    return next((band for band in line.times or () if _fits(band, line, calendar, local)), None)


def is_charged(demand: Demand, calendar: Calendar, at: datetime) -> bool:
    """Return whether the power at an instant counts for a demand.

    Raises:
        MissingDayError: It needs the name of a day that its series does not have.
    """
    return _fits(demand, demand, calendar, at.astimezone(calendar.zone))


def _fits(times: Times, rules: Holidays, calendar: Calendar, local: datetime) -> bool:
    if times.months and local.month not in times.months:
        return False
    if times.hours and not any(_within(hours, local.time()) for hours in times.hours):
        return False
    return _day_fits(times, rules, calendar, local)


def _day_fits(times: Times, rules: Holidays, calendar: Calendar, local: datetime) -> bool:
    if times.days == "all":
        return True
    if isinstance(times.days, DaysOfSeries):
        return _name_of_day(times.days, calendar, local) == times.days.value
    wanted = (times.days,) if isinstance(times.days, str) else times.days
    day = local.date()
    holiday = is_holiday(rules, calendar, day)
    classes = {
        "all": True,
        "saturday": day.weekday() == SATURDAY,
        "sunday": day.weekday() == SUNDAY,
        "holiday": holiday,
        "weekday": not holiday,
    }
    return any(classes[name] for name in wanted)


def is_holiday(rules: Holidays, calendar: Calendar, day: date) -> bool:
    """Return whether a line charges a day as a holiday."""
    return (
        day.weekday() == SUNDAY
        or (day.weekday() == SATURDAY and rules.saturday_is_holiday)
        or f"{day:%m-%d}" in rules.holiday_dates
        or calendar.is_public_holiday(day)
    )


def _name_of_day(days: DaysOfSeries, calendar: Calendar, local: datetime) -> str:
    begins = time.fromisoformat(days.starts)
    day = local.date() if local.time() >= begins else local.date() - ONE_DAY
    name = calendar.names.get(days.series, {}).get(day)
    if name is None:
        raise MissingDayError(days.series, day)
    return name


def _within(hours: str, at: time) -> bool:
    start, end = _start_and_end(hours)
    if start < end:
        return start <= at < end
    return at >= start or at < end


def _start_and_end(hours: str) -> tuple[time, time]:
    start, end = hours.split("-")
    # 24:00 is midnight: the end of a day and the start of the next one are one wall-clock time.
    return time.fromisoformat(start), time.fromisoformat("00:00" if end == "24:00" else end)


def _edges_of_day(band: Band) -> Iterator[time]:
    yield time()
    for hours in band.hours:
        yield from _start_and_end(hours)
    if isinstance(band.days, DaysOfSeries):
        yield time.fromisoformat(band.days.starts)


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        yield day
        day += ONE_DAY


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _clock_changes(start: datetime, end: datetime, zone: ZoneInfo) -> set[datetime]:
    midnights = [_instant(day, time(), zone) for day in _days(start, end + ONE_DAY, zone)]
    return {
        hour
        for first, last in pairwise(midnights)
        if last - first != ONE_DAY
        for hour in _half_hours(first, last)
    }


def _half_hours(first: datetime, last: datetime) -> Sequence[datetime]:
    count = int((last - first) / timedelta(minutes=30))
    return [first + timedelta(minutes=30) * n for n in range(count)]
