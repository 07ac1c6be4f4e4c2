"""What a meter would measure: watts, volts and amperes at given instants."""

from dataclasses import dataclass

import numpy as np

from virtual_home.appliances import Appliance
from virtual_home.chance import Chance, Floats
from virtual_home.moments import Moments

# Rectifiers and relays at rest draw far more current than their watts explain.
RESTING_BELOW_WATTS = 5.0
RESTING_POWER_FACTOR = 0.45


@dataclass(frozen=True, slots=True)
class Electricity:
    """Parallel arrays, rounded as the plugs do: 0.1 W, 0.1 V, 1 mA."""

    power_watts: Floats
    voltage_volts: Floats
    current_amperes: Floats


def electricity_at(
    device: str, appliance: Appliance, moments: Moments, *, seed: int
) -> Electricity:
    """The device's load curve as its meter shows it."""
    chance = Chance(seed, device)
    watts = np.round(np.maximum(appliance.curve(moments, chance), 0.0), 1)
    return with_watts(watts, device, appliance, moments, seed=seed)


def with_watts(
    watts: Floats, device: str, appliance: Appliance, moments: Moments, *, seed: int
) -> Electricity:
    """Return the same for given watts: the voltage and current of an overridden load."""
    drift = Chance(seed, device).drift("mains", moments.unix_seconds, 600)
    sag = 0.0012 * watts / appliance.mains_volts * 100
    volts = np.round(appliance.mains_volts * (1.018 + 0.009 * drift) - sag, 1)
    factor = np.where(watts < RESTING_BELOW_WATTS, RESTING_POWER_FACTOR, appliance.power_factor)
    return Electricity(watts, volts, np.round(watts / volts / factor, 3))
