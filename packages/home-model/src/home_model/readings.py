"""What a source gave of one device at one instant, and what a plug can measure at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from home_model.errors import BadPayloadError

# 16 A at 250 V, the largest plug sold, and half as much again.
MAX_POWER_WATTS = 6000.0
MAX_CURRENT_AMPERES = 24.0
VOLTAGE_RANGE_VOLTS = (80.0, 270.0)
# Below it the rounding of a current decides.
MIN_POWER_FOR_CURRENT_WATTS = 2.0
# A current is never less than power over voltage, but for rounding and clocks.
MIN_SHARE_OF_CURRENT = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer of one source. A value that the source did not give is None, never 0.

    Attributes:
        at: When the answer reached us (UTC); sources without a clock of their own get ours.
        power_watts: Active power.
        voltage_volts: RMS voltage.
        current_amperes: RMS current.
        energy_lifetime_kwh: The device's own counter, when it has one that never starts again
            by itself.
        energy_today_kwh: The device's own counter that starts again each day by its own clock.
        energy_exported_kwh: The device's own counter of energy fed back, when it has one; it may
            begin again at 0.
        energy_past: The lifetime counter at earlier instants, which were not read then, in order:
            instant and kWh; those before the last reading are ignored.
        extra: Other quantities of the family, by their word in `home_model.metrics.EXTRA`.
    """

    at: datetime
    power_watts: float | None = None
    voltage_volts: float | None = None
    current_amperes: float | None = None
    energy_lifetime_kwh: float | None = None
    energy_today_kwh: float | None = None
    energy_exported_kwh: float | None = None
    energy_past: tuple[tuple[datetime, float], ...] = ()
    extra: Mapping[str, float] = field(default_factory=dict)


def check_power_watts(power_watts: float, what: str = "the power") -> float:
    """Return a power that a plug can carry, negative where it is fed back.

    Raises:
        BadPayloadError: No plug can carry it.
    """
    if not isfinite(power_watts) or abs(power_watts) > MAX_POWER_WATTS:
        reason = f"{what} is {power_watts:g} W, more than any plug can carry"
        raise BadPayloadError(reason)
    return power_watts


def check_voltage_volts(voltage_volts: float, what: str = "the voltage") -> float:
    """Return a voltage that a mains can have.

    Raises:
        BadPayloadError: No mains has it.
    """
    low, high = VOLTAGE_RANGE_VOLTS
    if not low <= voltage_volts <= high:
        reason = f"{what} is {voltage_volts:g} V, which no mains has"
        raise BadPayloadError(reason)
    return voltage_volts


def possible_current_amperes(
    current_amperes: float | None, power_watts: float, voltage_volts: float | None
) -> float | None:
    """Return a current, or None where it cannot be: too much, or too little for the power."""
    if current_amperes is None or not 0 <= current_amperes <= MAX_CURRENT_AMPERES:
        return None
    if voltage_volts is None or abs(power_watts) < MIN_POWER_FOR_CURRENT_WATTS:
        return current_amperes
    min_amperes = MIN_SHARE_OF_CURRENT * abs(power_watts) / voltage_volts
    return current_amperes if current_amperes >= min_amperes else None
