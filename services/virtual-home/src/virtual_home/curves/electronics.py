"""Things that compute, play or keep watch."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, happening
from virtual_home.moments import DAY_SECONDS, Moments

BACKUP = Habit("backup", 2.1, 0.05, (35, 70))
TV = (
    Habit("morning news", 6.8, 0.3, (40, 65), workday=0.9, weekend=0.2),
    Habit("weekend", 10.5, 1.5, (90, 200), workday=0.03, weekend=0.7),
    Habit("evening", 19.3, 0.5, (110, 200), workday=0.95, weekend=0.9),
)
RECORDINGS = (
    Habit("afternoon drama", 14.0, 0.0, (55, 56), workday=0.8, weekend=0.0),
    Habit("late film", 21.0, 0.0, (115, 116), workday=0.3, weekend=0.7),
    Habit("night anime", 25.5, 0.0, (30, 31), workday=0.5, weekend=0.5),
)
PC_WORK = (
    Habit("before noon", 9.0, 0.25, (165, 190), workday=0.7, weekend=0.1),
    Habit("after noon", 13.0, 0.2, (260, 320), workday=0.7, weekend=0.15),
)
PC_PLAY = (Habit("game", 21.0, 0.7, (60, 140), workday=0.35, weekend=0.65),)


def server(moments: Moments, chance: Chance) -> Floats:
    """82 W idle, busier by day, a backup after two at night."""
    day_turn = moments.second_of_day / DAY_SECONDS
    by_day = 0.5 - 0.5 * np.cos(2 * np.pi * (day_turn - 3 / 24))
    requests = 9 * chance.drift("requests", moments.unix_seconds, 120)
    ten_minutes = (moments.unix_seconds // 600).astype(np.int64)
    jobs = 34 * chance.happens("job", ten_minutes, odds=0.1)
    backup = 48 * happening((BACKUP,), moments, chance)
    return 92 + 26 * by_day + requests + jobs + backup


def nas(moments: Moments, chance: Chance) -> Floats:
    """Discs asleep, discs turning, discs writing the backup."""
    quarter = (moments.unix_seconds // 900).astype(np.int64)
    awake = chance.happens("discs", quarter, odds=0.55)
    backup = happening((BACKUP,), moments, chance)
    hum = 0.8 * chance.drift("hum", moments.unix_seconds, 300)
    return np.where(backup > 0, 38.0, np.where(awake, 29.5, 17.5)) + hum


def network(moments: Moments, chance: Chance) -> Floats:
    """A router and a switch: almost a flat line."""
    return 15.4 + 1.1 * chance.drift("traffic", moments.unix_seconds, 420)


def tv(moments: Moments, chance: Chance) -> Floats:
    """Brightness of the picture moves the watts; 0.4 W in standby."""
    on = happening(TV, moments, chance)
    picture = 118 + 22 * chance.drift("picture", moments.unix_seconds, 25)
    return on * picture + (1 - on) * 0.4


def recorder(moments: Moments, chance: Chance) -> Floats:
    """Records a few programmes; else waits."""
    return 4.2 + 17.5 * happening(RECORDINGS, moments, chance)


def desk_pc(moments: Moments, chance: Chance) -> Floats:
    """Work on weekdays, games in the evening, 2.4 W asleep."""
    work = happening(PC_WORK, moments, chance)
    play = happening(PC_PLAY, moments, chance)
    working = 96 + 24 * chance.drift("work", moments.unix_seconds, 45)
    playing = 318 + 40 * chance.drift("scene", moments.unix_seconds, 30)
    return np.select([play > 0, work > 0], [playing, working], 2.4)
