"""The washing machine: a programme with phases."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, episode
from virtual_home.moments import Moments, pulsing

WASH = (
    Habit("morning", 7.6, 0.6, (42, 55), workday=0.55, weekend=0.35),
    Habit("weekend", 10.2, 1.0, (45, 60), workday=0.0, weekend=0.75),
)


def washing_machine(moments: Moments, chance: Chance) -> Floats:
    """Turns, rests, turns; spins at the end. 0.6 W in standby."""
    watts = np.full(moments.day.shape, 0.6)
    drum = 150 + 60 * chance.drift("drum", moments.unix_seconds, 20)
    turning = np.where(pulsing(moments, every_seconds=75, on_seconds=50), drum, 22.0)
    for habit in WASH:
        at = episode(habit, moments, chance)
        watts = np.select([at.last(minutes=7), at.on], [360.0, turning], watts)
    return watts
