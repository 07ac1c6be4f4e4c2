"""Instants as the house sees them: hour of the day, day of the week, time of the year."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from virtual_home.chance import Flags, Floats, Integers

DAY_SECONDS = 86_400
YEAR_DAYS = 365.2425
# Every change of every zone since 1970 falls on a multiple of this in UTC.
ZONE_STEP_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Moments:
    """Parallel arrays, one entry for each instant.

    Attributes:
        unix_seconds: The instant.
        day: Local days since 1970-01-01.
        second_of_day: Local seconds since midnight by the clock on the wall.
        year_turn: How much of the year has passed, 0 to 1, near enough for weather.
    """

    unix_seconds: Floats
    day: Integers
    second_of_day: Floats
    year_turn: Floats


def is_weekend(day: Integers) -> Flags:
    """Whether local days, counted from 1970-01-01 (a Thursday), are Saturdays or Sundays."""
    return np.isin((day + 3) % 7, (5, 6))


def pulsing(moments: Moments, *, every_seconds: float, on_seconds: float) -> Flags:
    """A thermostat or a drum: on for the first part of every period."""
    return moments.unix_seconds % every_seconds < on_seconds


def moments(unix_seconds: ArrayLike, zone: ZoneInfo) -> Moments:
    """Place instants in the house's days. A single instant becomes arrays of one."""
    at = np.atleast_1d(np.asarray(unix_seconds, dtype=np.float64))
    local = at + _offset_seconds(at, zone)
    day = np.floor(local / DAY_SECONDS).astype(np.int64)
    return Moments(
        unix_seconds=at,
        day=day,
        second_of_day=local - day * DAY_SECONDS,
        year_turn=(day.astype(np.float64) % YEAR_DAYS) / YEAR_DAYS,
    )


def _offset_seconds(at: Floats, zone: ZoneInfo) -> Floats:
    steps, which = np.unique(np.floor(at / ZONE_STEP_SECONDS), return_inverse=True)
    offsets = [
        zone.utcoffset(datetime.fromtimestamp(step * ZONE_STEP_SECONDS, UTC).astimezone(zone))
        for step in steps
    ]
    return np.array([offset.total_seconds() if offset else 0.0 for offset in offsets])[which]
