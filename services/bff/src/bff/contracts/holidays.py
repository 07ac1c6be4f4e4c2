"""Public holidays of a country or a part of it, by its name or by a time zone."""

from datetime import date
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import holidays

from bff.contracts.bands import IsPublicHoliday

# Where a country's parts share only some holidays, the part that most houses of a zone lie in.
PART_OF_COUNTRY = {
    "Europe/London": "ENG",
    "Atlantic/Canary": "CN",
    "Australia/Adelaide": "SA",
    "Australia/Brisbane": "QLD",
    "Australia/Darwin": "NT",
    "Australia/Hobart": "TAS",
    "Australia/Melbourne": "VIC",
    "Australia/Perth": "WA",
    "Australia/Sydney": "NSW",
    "America/Edmonton": "AB",
    "America/Halifax": "NS",
    "America/Regina": "SK",
    "America/St_Johns": "NL",
    "America/Toronto": "ON",
    "America/Vancouver": "BC",
    "America/Winnipeg": "MB",
}


def public_holidays(zone: ZoneInfo) -> IsPublicHoliday:
    """Return whether a day is a public holiday where `zone` is; never one where that is open.

    The country comes from the time zone database's own table (zone.tab), which has no old names
    such as Japan or US/Pacific.
    """
    key = zone.key if zone.key in _country_by_zone() else _zone_by_old_name().get(zone.key, "")
    country = _country_by_zone().get(key)
    if country is None or country not in holidays.list_supported_countries():
        return lambda _day: False
    return _holidays_of(country, PART_OF_COUNTRY.get(key))


def holidays_of(place: str) -> IsPublicHoliday:
    """Return whether a day is a public holiday of a country or a part of it, such as DE-BY."""
    country, _, part = place.partition("-")
    return _holidays_of(country, part or None)


def _holidays_of(country: str, part: str | None) -> IsPublicHoliday:
    days = holidays.country_holidays(country, subdiv=part)

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
