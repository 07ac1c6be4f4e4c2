"""What people do at about the same time of day: boil water, watch the news, wash."""

from dataclasses import dataclass

import numpy as np

from virtual_home.chance import Chance, Flags, Floats
from virtual_home.moments import DAY_SECONDS, Moments, is_weekend


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that happens at most once a day, and not every day alike.

    Attributes:
        name: Makes this habit's chances independent of the device's others.
        hour: The usual hour of the local day at which it begins.
        spread_hours: It begins up to this much earlier or later; `hour + spread_hours` may pass
            midnight.
        minutes: Shortest and longest duration.
        workday: How likely it is on a day from Monday to Friday.
        weekend: The same for Saturdays and Sundays.
    """

    name: str
    hour: float
    spread_hours: float
    minutes: tuple[float, float]
    workday: float = 1.0
    weekend: float = 1.0


@dataclass(frozen=True, slots=True)
class Episode:
    """How far into the habit each moment is; both NaN where it is not happening."""

    elapsed_seconds: Floats
    left_seconds: Floats

    @property
    def on(self) -> Flags:
        """Whether it is happening."""
        return ~np.isnan(self.elapsed_seconds)

    def first(self, minutes: float) -> Flags:
        """Whether it began less than so long ago."""
        return self.elapsed_seconds < 60 * minutes

    def last(self, minutes: float) -> Flags:
        """Whether it ends within so long."""
        return self.left_seconds < 60 * minutes


def episode(habit: Habit, moments: Moments, chance: Chance) -> Episode:
    """Where in `habit` the moments are, yesterday's occurrence past midnight included."""
    elapsed = np.full(moments.day.shape, np.nan)
    left = np.full(moments.day.shape, np.nan)
    for days_ago in (1, 0):
        since, length = _since_start(habit, moments, chance, days_ago)
        on = (since >= 0) & (since < length)
        elapsed[on], left[on] = since[on], (length - since)[on]
    return Episode(elapsed, left)


def happening(habits: tuple[Habit, ...], moments: Moments, chance: Chance) -> Floats:
    """1.0 where any of the habits is happening, else 0.0."""
    on = [episode(habit, moments, chance).on for habit in habits]
    return np.any(on, axis=0).astype(np.float64)


def _since_start(
    habit: Habit, moments: Moments, chance: Chance, days_ago: int
) -> tuple[Floats, Floats]:
    day = moments.day - days_ago
    shortest, longest = habit.minutes
    shift = 2 * chance.of(f"{habit.name}/start", day) - 1
    start = 3600 * (habit.hour + habit.spread_hours * shift)
    length = 60 * (shortest + (longest - shortest) * chance.of(f"{habit.name}/length", day))
    odds = np.where(is_weekend(day), habit.weekend, habit.workday)
    happens = chance.happens(f"{habit.name}/odds", day, odds)
    since = moments.second_of_day + days_ago * DAY_SECONDS - start
    return since, np.where(happens, length, 0.0)
