"""Lamps: on when it is dark and someone is awake."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, happening
from virtual_home.moments import Moments
from virtual_home.weather import dark

AWAKE = (
    Habit("morning", 6.2, 0.3, (70, 100)),
    Habit("evening", 16.5, 0.4, (380, 430)),
)
EVENING = (Habit("evening", 19.6, 0.6, (150, 240), workday=0.9, weekend=0.95),)
READING = (Habit("reading", 22.6, 0.5, (25, 70), workday=0.85, weekend=0.8),)


def living_light(moments: Moments, chance: Chance) -> Floats:
    """Bright until nine, then dimmed."""
    watts = np.where(moments.second_of_day < 21 * 3600, 37.5, 24.0)
    return happening(AWAKE, moments, chance) * dark(moments) * watts + 0.3


def indirect_light(moments: Moments, chance: Chance) -> Floats:
    """A strip along the window in the evening."""
    return happening(EVENING, moments, chance) * 16.2


def bedside_lamp(moments: Moments, chance: Chance) -> Floats:
    """A chapter before sleep."""
    return happening(READING, moments, chance) * 8.4
