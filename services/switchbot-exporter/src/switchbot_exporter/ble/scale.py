"""The numbers of an advert that nobody is sure of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How doubtful numbers are read.

    Attributes:
        relay_power_watts: What one step of power means in the adverts of Plug Mini EU and Relay
            Switch 1PM. PySwitchbot 3.1 says 1 W; every other number of the family counts 0.1 W,
            and the vector in its tests would be 1254 W. Nobody has calibrated it.
        off_is_zero: An open relay carries nothing: report 0 W, whatever the advert says. Old
            firmware of Plug Mini counts a phantom up, 0.1 W each second (home-assistant/core
            issue #84714, 2022-12).
    """

    relay_power_watts: float = 0.1
    off_is_zero: bool = True
