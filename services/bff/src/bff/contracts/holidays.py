"""Public holidays of the country that a time zone lies in."""

from datetime import date
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import holidays

from bff.contracts.bands import IsPublicHoliday

# Where a country's parts share only some holidays, the part that most houses of a zone lie in.
PART_OF_COUNTRY = {"Europe/London": "ENG"}


def public_holidays(zone: ZoneInfo) -> IsPublicHoliday:
    """Return whether a day is a public holiday where `zone` is; never one where that is open.

    The country comes from the time zone database's own table (zone.tab).
    """
    country = _country_by_zone().get(zone.key)
    if country is None or country not in holidays.list_supported_countries():
        return lambda _day: False
    days = holidays.country_holidays(country, subdiv=PART_OF_COUNTRY.get(zone.key))

    def is_public_holiday(day: date) -> bool:
        return day in days

    return is_public_holiday


@cache
def _country_by_zone() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}
