"""Panels on the roof: the height of the sun near Tokyo, and clouds."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.moments import DAY_SECONDS, Moments

PEAK_WATTS = 4200.0
LATITUDE_RADIANS = np.radians(35.7)
AXIAL_TILT_RADIANS = np.radians(23.44)
SOLSTICE_YEAR_TURN = 0.972  # 21 December
SOLAR_NOON_DAY_TURN = 0.487  # Tokyo lies east of the meridian of its time zone
# What a clear sky leaves of a low sun, and inverter and warm cells of its power.
AIR_MASS_EXPONENT = 1.15
YIELD = 0.84


def sun(moments: Moments, chance: Chance) -> Floats:
    """Power of the inverter: nothing at night, less under clouds, never more than its peak."""
    clear = PEAK_WATTS * YIELD * height_of_sun(moments) ** AIR_MASS_EXPONENT
    weather = chance.drift("weather", moments.unix_seconds, 1.3 * DAY_SECONDS)
    passing = chance.drift("clouds", moments.unix_seconds, 420)
    light = np.clip(0.68 + 0.36 * weather + 0.16 * passing, 0.08, 1.0)
    return np.round(clear * light)


def height_of_sun(moments: Moments) -> Floats:
    """Return the sine of the sun's height above the horizon; 0 below it."""
    turn = 2 * np.pi * (moments.year_turn - SOLSTICE_YEAR_TURN)
    declination = -AXIAL_TILT_RADIANS * np.cos(turn)
    hour = 2 * np.pi * (moments.second_of_day / DAY_SECONDS - SOLAR_NOON_DAY_TURN)
    height = np.sin(LATITUDE_RADIANS) * np.sin(declination) + np.cos(LATITUDE_RADIANS) * np.cos(
        declination
    ) * np.cos(hour)
    return np.maximum(height, 0.0)
