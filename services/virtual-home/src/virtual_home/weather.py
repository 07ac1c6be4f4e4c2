"""The weather outside a house near Tokyo: what drives air conditioners, fridges and lamps."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.moments import DAY_SECONDS, Moments

WARMEST_YEAR_TURN = 0.59  # early August
WARMEST_DAY_TURN = 14 / 24


def outdoor_celsius(moments: Moments, seed: int) -> Floats:
    """Temperature outside: year, day, and spells of a few days. One weather for all devices."""
    spells = Chance(seed, "weather").drift("spell", moments.unix_seconds, 2.5 * DAY_SECONDS)
    day_turn = moments.second_of_day / DAY_SECONDS
    return (
        16.5
        + 11.0 * np.cos(2 * np.pi * (moments.year_turn - WARMEST_YEAR_TURN))
        + 4.0 * np.cos(2 * np.pi * (day_turn - WARMEST_DAY_TURN))
        + 3.5 * spells
    )


def dark(moments: Moments) -> Floats:
    """1.0 between dusk (16:30 in winter, 19:00 in summer) and dawn, else 0.0."""
    summer = np.cos(2 * np.pi * (moments.year_turn - 0.47))  # longest day 21 June
    hour = moments.second_of_day / 3600
    return ((hour >= 17.75 + 1.25 * summer) | (hour < 5.6 - 1.1 * summer)).astype(np.float64)
