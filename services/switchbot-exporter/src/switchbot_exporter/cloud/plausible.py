"""Numbers as the cloud writes them, refused where no house could have them."""

from collections.abc import Mapping

from home_model.errors import BadPayloadError

# 16 A at 250 V, the largest plug sold, and half as much again.
MOST_POWER_WATTS = 6000.0
MOST_OF_ANYTHING = 1e6
VOLTAGE_RANGE_VOLTS = (80.0, 270.0)
CURRENT_SCALES = (1.0, 0.1, 0.001)
LEAST_POWER_FOR_CURRENT_WATTS = 2.0
LEAST_SHARE_OF_CURRENT = 0.85


def number(body: Mapping[str, object], field: str) -> float | None:
    """The field's value; None when it is absent or null.

    Raises:
        BadPayloadError: It is no number, or not between 0 and a million.
    """
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        reason = f"'{field}' is not a number"
        raise BadPayloadError(reason)
    if not 0 <= value <= MOST_OF_ANYTHING:
        reason = f"'{field}' is a number that nothing can be"
        raise BadPayloadError(reason)
    return float(value)


def power_watts(body: Mapping[str, object], field: str) -> float:
    """Active power.

    Raises:
        BadPayloadError: It is missing, or more than any plug can carry.
    """
    watts = number(body, field)
    if watts is None:
        reason = f"'{field}' is missing, the power in watts"
        raise BadPayloadError(reason)
    if watts > MOST_POWER_WATTS:
        reason = f"'{field}' is {watts:g} W, more than any plug can carry"
        raise BadPayloadError(reason)
    return watts


def voltage_volts(body: Mapping[str, object], field: str) -> float | None:
    """RMS voltage. Deci-volts are understood: the cloud sent them in May 2022 (#98, #102).

    Raises:
        BadPayloadError: No mains has it; 0 is what a lost link looks like (#371, #484), while a
            plug that is merely off still measures the mains.
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
    reason = f"'{field}' is {volts:g} V, which no mains has"
    raise BadPayloadError(reason)


def refuse_zero_without_voltage(watts: float, volts: float | None) -> None:
    """0 W is believed only beside a voltage, which tells a plug that is off from a lost link.

    Raises:
        BadPayloadError: Both the power and the voltage say nothing.
    """
    if watts == 0 and volts is None:
        reason = "0 W without a voltage: cannot be told from a lost link"
        raise BadPayloadError(reason)


def drifting_current_amperes(raw: float | None, watts: float, volts: float | None) -> float | None:
    """RMS current of a Plug Mini US/JP, whose unit was A, then 10 x A, then mA (#119, #274, #379).

    The scale is the one whose result is nearest to watts/volts without falling below what that
    power needs. None when nothing fits, or below 2 W, where the rounding decides.
    """
    if raw is None or volts is None or watts < LEAST_POWER_FOR_CURRENT_WATTS:
        return None
    least = watts / volts
    amperes = [raw * scale for scale in CURRENT_SCALES]
    fitting = [value for value in amperes if value >= LEAST_SHARE_OF_CURRENT * least]
    return min(fitting, key=lambda value: abs(value - least), default=None)
