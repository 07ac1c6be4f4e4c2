"""The reading period that a request names: by its first day, by its month, or the present one."""

import re
from datetime import date, timedelta

from bff.bills.tariff import Tariff
from bff.contracts.period import Period, month_name
from bff.contracts.timeline import parts_of
from bff.readings.periods import periods_within
from service_kit.problems import not_found, wrong_input

ONE_DAY = timedelta(days=1)
AROUND_A_MONTH = timedelta(days=70)
CURRENT = "current"


def select_periods(tariff: Tariff, first_day: date, end_day: date) -> list[Period]:
    """Return the reading periods with a day in [first_day, end_day)."""
    return periods_within(tariff.readings, first_day, end_day)


def find_period(tariff: Tariff, key: str, today: date) -> Period:
    """Return the reading period that a request names.

    Raises:
        ProblemError: 404, there is none; 422, the date does not exist.
    """
    if key == CURRENT:
        near = select_periods(tariff, today, today + ONE_DAY)
        return _only(near, key, tariff, today)
    day = _day(key)
    near = select_periods(tariff, day - AROUND_A_MONTH, day + AROUND_A_MONTH)
    if re.fullmatch(r"\d{4}-\d\d", key):
        return _only(periods_of_month(tariff, key), key, tariff, day)
    return _only([each for each in near if each.first_day == day], key, tariff, day)


def periods_of_month(tariff: Tariff, month: str) -> list[Period]:
    """Return the reading periods whose bills bear a month."""
    day = _day(month)
    near = select_periods(tariff, day - AROUND_A_MONTH, day + AROUND_A_MONTH)
    return [each for each in near if month_of_period(tariff, each) == month]


def _day(key: str) -> date:
    try:
        return date.fromisoformat(key if len(key) > len("2026-05") else f"{key}-01")
    except ValueError as error:
        message = str(error)
        raise wrong_input(
            message, where="path.period", what_to_do="Send a day such as 2026-05-11."
        ) from None


def month_of_period(tariff: Tariff, period: Period) -> str:
    """Return the month that the bill of a reading period bears."""
    parts = parts_of(period, tariff.contracts)
    months = parts[0].agreed.document.months if parts else "end"
    return parts[0].part.month if parts else month_name(period.first_day, period.end_day, months)


def _only(found: list[Period], key: str, tariff: Tariff, day: date) -> Period:
    if not found:
        near = select_periods(tariff, day - AROUND_A_MONTH, day + AROUND_A_MONTH)
        known = [each.first_day.isoformat() for each in near]
        raise not_found(key, what="reading period", known=known)
    return found[0]
