"""What is built into the house and has no plug: a hob, a water heater, lamps, a bidet seat."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.curves.heating import DINNER
from virtual_home.habits import Habit, episode, happening
from virtual_home.moments import Moments, pulsing
from virtual_home.weather import dark, outdoor_celsius

COOKING = (
    Habit("breakfast", 6.9, 0.3, (8, 16), workday=0.8, weekend=0.7),
    Habit("lunch", 12.2, 0.4, (10, 25), workday=0.15, weekend=0.7),
    Habit("dinner", 18.2, 0.5, (25, 50), workday=0.9, weekend=0.9),
)
DISHES = (Habit("dishes", 20.4, 0.6, (70, 85), workday=0.75, weekend=0.9),)
HOT_WATER = (Habit("night tariff", 2.6, 0.3, (130, 200)),)
LAUNDRY_DRYING = (Habit("drying", 21.5, 1.0, (90, 170), workday=0.2, weekend=0.3),)
TOAST = (Habit("toast", 7.0, 0.4, (3, 5), workday=0.7, weekend=0.6),)
AWAKE = (
    Habit("morning", 6.1, 0.3, (80, 130)),
    Habit("evening", 16.8, 0.4, (350, 420)),
)


def induction_hob(moments: Moments, chance: Chance) -> Floats:
    """Full power first, then in steps; a display in between."""
    watts = np.full(moments.day.shape, 4.0)
    for habit in COOKING:
        at = episode(habit, moments, chance)
        simmering = np.where(pulsing(moments, every_seconds=180, on_seconds=90), 1100.0, 350.0)
        watts = np.where(at.on, np.where(at.first(minutes=6), 2400.0, simmering), watts)
    return watts


def dishwasher(moments: Moments, chance: Chance) -> Floats:
    """Heats at the beginning and before the end, pumps between."""
    watts = np.full(moments.day.shape, 0.8)
    for habit in DISHES:
        at = episode(habit, moments, chance)
        heating = at.first(minutes=18) | at.last(minutes=14)
        watts = np.where(at.on, np.where(heating, 1080.0, 55.0), watts)
    return watts


def water_heater(moments: Moments, chance: Chance) -> Floats:
    """A heat pump that fills its tank at night, longer when it is cold."""
    cold = np.clip((18 - outdoor_celsius(moments, chance.seed)) / 40, 0.0, 0.5)
    return happening(HOT_WATER, moments, chance) * 1050 * (1 + cold) + 9.0


def bath_dryer(moments: Moments, chance: Chance) -> Floats:
    """Warm air for the laundry on some evenings."""
    return happening(LAUNDRY_DRYING, moments, chance) * 1230 + 1.2


def toaster(moments: Moments, chance: Chance) -> Floats:
    """On the kitchen's outlets beside what has a plug of its own; a clock in between."""
    return happening(TOAST, moments, chance) * 1180 + 3.4


def chargers(moments: Moments, chance: Chance) -> Floats:
    """Telephones and their like, without a plug that measures."""
    return 7.5 + 4.5 * chance.drift("charging", moments.unix_seconds, 2400)


def bidet_seat(moments: Moments, _: Chance) -> Floats:
    """A warm seat, by its thermostat."""
    return np.where(pulsing(moments, every_seconds=540, on_seconds=190), 46.0, 2.2)


def lamps(moments: Moments, chance: Chance) -> Floats:
    """Built-in lamps while it is dark and someone is awake."""
    return happening(AWAKE, moments, chance) * dark(moments) * 38.0


def range_hood(moments: Moments, chance: Chance) -> Floats:
    """Turns while dinner is made."""
    return happening((DINNER,), moments, chance) * 24.0 + 0.6


def intercom(moments: Moments, _: Chance) -> Floats:
    """A flat line."""
    return np.full(moments.day.shape, 4.6)


def nothing(moments: Moments, _: Chance) -> Floats:
    """A circuit with nothing on it."""
    return np.zeros(moments.day.shape)
