"""The fridge: a compressor in cycles, and a defrost heater twice a day."""

import numpy as np

from virtual_home.chance import Chance, Floats
from virtual_home.moments import Moments, pulsing
from virtual_home.weather import outdoor_celsius

CYCLE_SECONDS = 42 * 60
DEFROST_EVERY_SECONDS = 11.3 * 3600
DEFROST_SECONDS = 17 * 60


def fridge(moments: Moments, chance: Chance) -> Floats:
    """Compressor about 40 % of the time, more when it is warm; 1 kWh a day."""
    cycle = np.floor(moments.unix_seconds / CYCLE_SECONDS).astype(np.int64)
    into_cycle = moments.unix_seconds - cycle * CYCLE_SECONDS
    warmth = (outdoor_celsius(moments, chance.seed) - 16) / 60
    duty = np.clip(0.36 + warmth + 0.10 * chance.of("duty", cycle), 0.2, 0.85)
    # The rush of current at the start of a cycle fades within minutes.
    running = 84 + 22 * np.exp(-into_cycle / 240) + 4 * chance.of("load", cycle)
    compressor = np.where(into_cycle < duty * CYCLE_SECONDS, running, 2.1)
    defrosting = pulsing(moments, every_seconds=DEFROST_EVERY_SECONDS, on_seconds=DEFROST_SECONDS)
    return np.where(defrosting, 172.0, compressor)
