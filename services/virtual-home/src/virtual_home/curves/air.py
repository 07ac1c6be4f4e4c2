"""Things that move or dry the air."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, happening
from virtual_home.moments import Moments, pulsing

AT_THE_DESK = (
    Habit("before noon", 9.1, 0.4, (150, 190), workday=0.7, weekend=0.15),
    Habit("after noon", 13.2, 0.4, (220, 320), workday=0.7, weekend=0.2),
    Habit("evening", 21.1, 0.6, (50, 120), workday=0.4, weekend=0.6),
)
DRYING = (
    Habit("laundry", 9.2, 0.6, (170, 260), workday=0.55, weekend=0.75),
    Habit("bathroom", 22.6, 0.5, (80, 130), workday=0.8, weekend=0.8),
)


def circulator(moments: Moments, chance: Chance) -> Floats:
    """A fan at the desk, on one of three speeds for half an hour at a time."""
    half_hour = (moments.unix_seconds // 1800).astype(np.int64)
    speed_watts = 14 + 6 * np.floor(3 * chance.of("speed", half_hour))
    return np.where(happening(AT_THE_DESK, moments, chance) > 0, speed_watts, 0.4)


def dehumidifier(moments: Moments, chance: Chance) -> Floats:
    """A compressor in cycles while laundry or the bathroom dries; the fan runs on in between."""
    compressing = pulsing(moments, every_seconds=1500, on_seconds=1080)
    hum = 6 * chance.drift("hum", moments.unix_seconds, 240)
    working = np.where(compressing, 184 + hum, 33.0)
    return np.where(happening(DRYING, moments, chance) > 0, working, 0.8)
