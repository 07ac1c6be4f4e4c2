"""The aquarium: a pump that never rests, a lamp by the clock, a heater by the thermostat."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.moments import Moments
from virtual_home.weather import outdoor_celsius

PUMP_WATTS = 6.2
LAMP_WATTS = 17.5
HEATER_WATTS = 98.0
LAMP_FROM_HOUR, LAMP_TO_HOUR = 9, 21
WATER_CELSIUS = 26.0
CYCLE_SECONDS = 1200


def aquarium(moments: Moments, chance: Chance) -> Floats:
    """The heater works the longer the colder it is; the lamp from nine to nine."""
    cycle = np.floor(moments.unix_seconds / CYCLE_SECONDS).astype(np.int64)
    into_cycle = moments.unix_seconds - cycle * CYCLE_SECONDS
    degrees = WATER_CELSIUS - outdoor_celsius(moments, chance.seed)
    duty = np.clip(degrees / 55 + 0.04 * chance.of("duty", cycle), 0.03, 0.8)
    heater = np.where(into_cycle < duty * CYCLE_SECONDS, HEATER_WATTS, 0.0)
    hour = moments.second_of_day / 3600
    lamp = np.where((hour >= LAMP_FROM_HOUR) & (hour < LAMP_TO_HOUR), LAMP_WATTS, 0.0)
    return PUMP_WATTS + lamp + heater
