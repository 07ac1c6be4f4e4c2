"""Air conditioners: heat pumps that work against the weather while someone is there."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.habits import Habit, happening
from virtual_home.moments import Moments
from virtual_home.weather import outdoor_celsius

COOL_ABOVE_CELSIUS = 24.0
HEAT_BELOW_CELSIUS = 15.0
STANDBY_WATTS = 1.8

LIVING_AT_HOME = (
    Habit("morning", 6.4, 0.2, (90, 130)),
    Habit("weekend day", 9.5, 0.6, (360, 480), workday=0.05, weekend=0.85),
    Habit("evening", 17.6, 0.5, (290, 350)),
)
BEDROOM_AT_NIGHT = (Habit("night", 22.2, 0.4, (420, 500)),)


def living_air_conditioner(moments: Moments, chance: Chance) -> Floats:
    """Mornings, evenings and weekends; up to 1.3 kW in August and January."""
    return _heat_pump(LIVING_AT_HOME, 1300.0, moments, chance)


def bedroom_air_conditioner(moments: Moments, chance: Chance) -> Floats:
    """Nights; smaller."""
    return _heat_pump(BEDROOM_AT_NIGHT, 780.0, moments, chance)


def _heat_pump(
    habits: tuple[Habit, ...], max_watts: float, moments: Moments, chance: Chance
) -> Floats:
    celsius = outdoor_celsius(moments, chance.seed)
    degrees = np.maximum(celsius - COOL_ABOVE_CELSIUS, HEAT_BELOW_CELSIUS - celsius)
    # Inverters idle at a tenth of their power and swing around the demand.
    swing = 1 + 0.18 * chance.drift("inverter", moments.unix_seconds, 400)
    working = np.minimum(max_watts, max_watts * (0.10 + 0.05 * degrees) * swing)
    wanted = (happening(habits, moments, chance) > 0) & (degrees > 0)
    return np.where(wanted, working, STANDBY_WATTS)
