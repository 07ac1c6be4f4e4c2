"""Things that heat: short, strong, and switched by thermostats."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, episode, happening
from virtual_home.moments import Moments, pulsing
from virtual_home.weather import outdoor_celsius

KETTLE = (
    Habit("breakfast", 6.9, 0.4, (2.5, 4.5), workday=0.95, weekend=0.3),
    Habit("late breakfast", 8.7, 0.7, (3, 5), workday=0.15, weekend=0.9),
    Habit("tea", 15.2, 0.8, (2, 4), workday=0.35, weekend=0.8),
    Habit("evening", 20.5, 0.9, (2, 4.5), workday=0.8, weekend=0.8),
)
ESPRESSO = (
    Habit("morning", 7.2, 0.3, (14, 22), workday=0.9, weekend=0.2),
    Habit("slow morning", 9.4, 0.8, (20, 35), workday=0.05, weekend=0.9),
)
DINNER = Habit("dinner", 17.8, 0.5, (230, 280), workday=0.85, weekend=0.75)
MICROWAVE = (
    Habit("milk", 7.0, 0.4, (1.2, 2.5), workday=0.8, weekend=0.4),
    Habit("lunch", 12.3, 0.4, (3, 6), workday=0.5, weekend=0.6),
    Habit("side dish", 18.6, 0.5, (4, 9), workday=0.9, weekend=0.8),
    Habit("late", 19.6, 0.6, (2, 5), workday=0.5, weekend=0.5),
)
HAIR = (
    Habit("morning", 7.1, 0.3, (3, 6), workday=0.7, weekend=0.3),
    Habit("first bath", 20.9, 0.5, (6, 11), workday=0.9, weekend=0.9),
    Habit("second bath", 22.3, 0.4, (4, 8), workday=0.8, weekend=0.8),
)
COLD_BELOW_CELSIUS = 17.0
WASHROOM = (
    Habit("morning", 6.7, 0.3, (25, 50), workday=0.9, weekend=0.6),
    Habit("bath", 20.8, 0.6, (50, 95), workday=0.9, weekend=0.9),
)
DRY_AIR_BELOW_CELSIUS = 16.0
EVENING_AIR = Habit("evening", 20.5, 1.0, (300, 540))


def kettle(moments: Moments, chance: Chance) -> Floats:
    """Some minutes of 1.2 kW a few times a day, and nothing at all between."""
    flicker = 12 * chance.drift("mains", moments.unix_seconds, 90)
    return happening(KETTLE, moments, chance) * (1215 + flicker)


def espresso_machine(moments: Moments, chance: Chance) -> Floats:
    """Heats up for four minutes, then holds its temperature in bursts."""
    watts = np.full(moments.day.shape, 0.9)
    for habit in ESPRESSO:
        at = episode(habit, moments, chance)
        held = pulsing(moments, every_seconds=150, on_seconds=25)
        heating = at.on & (at.first(minutes=4) | held)
        watts = np.where(heating, 1380.0, np.where(at.on, 6.0, watts))
    return watts


def rice_cooker(moments: Moments, chance: Chance) -> Floats:
    """Cooks for 45 minutes, then keeps warm until the kitchen closes."""
    at = episode(DINNER, moments, chance)
    steaming = at.first(minutes=45) & pulsing(moments, every_seconds=120, on_seconds=50)
    warm = 17 + 14 * pulsing(moments, every_seconds=240, on_seconds=80)
    return np.select([at.first(minutes=24) | steaming, at.on], [635.0, warm], 0.8)


def microwave(moments: Moments, chance: Chance) -> Floats:
    """1.3 kW for minutes; a clock in between."""
    flicker = 25 * chance.drift("magnetron", moments.unix_seconds, 60)
    on = happening(MICROWAVE, moments, chance)
    return on * (1290 + flicker) + (1 - on) * 1.1


def hair_dryer(moments: Moments, chance: Chance) -> Floats:
    """Full heat, with pauses at low heat."""
    low = pulsing(moments, every_seconds=200, on_seconds=35)
    return happening(HAIR, moments, chance) * np.where(low, 620.0, 1185.0)


def humidifier(moments: Moments, chance: Chance) -> Floats:
    """A steam humidifier on cool evenings and nights."""
    cool = outdoor_celsius(moments, chance.seed) < DRY_AIR_BELOW_CELSIUS
    steam = 215 + 45 * chance.drift("steam", moments.unix_seconds, 1500)
    return np.where(cool, happening((EVENING_AIR,), moments, chance) * steam, 0.0) + 0.7


def ceramic_heater(moments: Moments, chance: Chance) -> Floats:
    """Warms the washroom on cold mornings and evenings: full heat first, then by its thermostat."""
    cold = outdoor_celsius(moments, chance.seed) < COLD_BELOW_CELSIUS
    watts = np.full(moments.day.shape, 0.5)
    for habit in WASHROOM:
        at = episode(habit, moments, chance)
        held = pulsing(moments, every_seconds=420, on_seconds=190)
        warming = np.where(at.first(minutes=12) | held, 1165.0, 24.0)
        watts = np.where(at.on & cold, warming, watts)
    return watts
