"""Numbers of a status body, refused where no house could have them. Pure."""

from collections.abc import Mapping

from home_model.errors import BadPayloadError
from home_model.readings import (
    MIN_POWER_FOR_CURRENT_WATTS,
    VOLTAGE_RANGE_VOLTS,
    check_power_watts,
    check_voltage_volts,
    possible_current_amperes,
)

MAX_NUMBER = 1e6
CURRENT_SCALES = (1.0, 0.1, 0.001)


def number(body: Mapping[str, object], field: str, minimum: float = 0.0) -> float | None:
    """Return the field's value; None when it is absent or null.

    Raises:
        BadPayloadError: It is no number, or not between the minimum and a million.
    """
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        reason = f"'{field}' is not a number"
        raise BadPayloadError(reason)
    if not minimum <= value <= MAX_NUMBER:
        reason = f"'{field}' is a number that nothing can be"
        raise BadPayloadError(reason)
    return float(value)


def power_watts(body: Mapping[str, object], field: str) -> float:
    """Return the active power, negative where the device feeds back.

    Raises:
        BadPayloadError: It is missing, or more than any plug can carry.
    """
    watts = number(body, field, minimum=-MAX_NUMBER)
    if watts is None:
        reason = f"'{field}' is missing, the power in watts"
        raise BadPayloadError(reason)
    return check_power_watts(watts, f"'{field}'")


def voltage_volts(body: Mapping[str, object], field: str) -> float | None:
    """Return the RMS voltage; deci-volts are accepted, as sent in May 2022 (#98, #102).

    Raises:
        BadPayloadError: No mains has it; 0 is how a lost link appears (#371, #484), while a plug
            that is merely off still measures the mains.
    """
    volts = number(body, field)
    if volts is None:
        return None
    low, high = VOLTAGE_RANGE_VOLTS
    for scaled in (volts, volts / 10):
        if low <= scaled <= high:
            return scaled
    if volts == 0:
        reason = f"'{field}' is 0 V: the cloud has lost its link to the plug"
        raise BadPayloadError(reason)
    return check_voltage_volts(volts, f"'{field}'")


def refuse_zero_without_voltage(watts: float, volts: float | None) -> None:
    """Accept 0 W only beside a voltage, which a plug that is off has and a lost link has not.

    Raises:
        BadPayloadError: The power is 0 and there is no voltage.
    """
    if watts == 0 and volts is None:
        reason = "0 W without a voltage: this could be a lost link"
        raise BadPayloadError(reason)


def drifting_current_amperes(raw: float | None, watts: float, volts: float | None) -> float | None:
    """Return the RMS current of a Plug Mini US/JP.

    Its unit was A, then 10 x A, then mA (#119, #274, #379). The scale is the one whose result is
    nearest to watts/volts without falling below what that power needs. None when nothing fits, or
    below 2 W, where the rounding decides.
    """
    if raw is None or volts is None or abs(watts) < MIN_POWER_FOR_CURRENT_WATTS:
        return None
    min_amperes = abs(watts) / volts
    scaled = (possible_current_amperes(raw * scale, watts, volts) for scale in CURRENT_SCALES)
    possible = [amperes for amperes in scaled if amperes is not None]
    return min(possible, key=lambda value: abs(value - min_amperes), default=None)
