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

    The country comes from the time zone database's own table (zone.tab), which has no old names
    such as Japan or US/Pacific.
    """
    key = zone.key if zone.key in _country_by_zone() else _zone_by_old_name().get(zone.key, "")
    country = _country_by_zone().get(key)
    if country is None or country not in holidays.list_supported_countries():
        return lambda _day: False
    days = holidays.country_holidays(country, subdiv=PART_OF_COUNTRY.get(key))

    def is_public_holiday(day: date) -> bool:
        return day in days

    return is_public_holiday


@cache
def _country_by_zone() -> dict[str, str]:
    rows = (line.split("\t") for line in _lines_of("zone.tab") if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}


@cache
def _zone_by_old_name() -> dict[str, str]:
    links = (line.split() for line in _lines_of("tzdata.zi") if line.startswith("L "))
    return {old: zone for _, zone, old in links}


def _lines_of(file: str) -> list[str]:
    return resources.files("tzdata").joinpath("zoneinfo", file).read_text("utf-8").splitlines()
