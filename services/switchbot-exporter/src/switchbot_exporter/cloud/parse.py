"""Parse the body of a status into a reading. Pure.

Field lists: SwitchBotAPI README @0214825. None of them gives energy that can be trusted:
`electricityOfDay` counts minutes switched on, `usedElectricity` goes up and down (HA #179178).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.readings import (
    MIN_POWER_FOR_CURRENT_WATTS,
    VOLTAGE_RANGE_VOLTS,
    Reading,
    check_power_watts,
    check_voltage_volts,
    possible_current_amperes,
)

MA_PER_AMPERE = 1000
MAX_NUMBER = 1e6
CURRENT_SCALES = (1.0, 0.1, 0.001)
OFFLINE = (False, "false")
ON_OFF = {"on": 1.0, "off": 0.0, 1: 1.0, 0: 0.0}

type Layout = Literal["plug_mini", "power_meter", "two_meters"]

LAYOUT_BY_TYPE: dict[str, Layout] = {
    "Plug Mini (US)": "plug_mini",
    "Plug Mini (JP)": "plug_mini",
    "Plug Mini (EU)": "power_meter",
    "Relay Switch 1PM": "power_meter",
    "Relay Switch 2PM": "two_meters",
}
# Of the README's device types, those that a person might take for a meter; hubs by their prefix.
WITHOUT_METER = frozenset(
    {
        "Plug",
        "Relay Switch 1",
        "Garage Door Opener",
        "Bot",
        "Color Bulb",
        "Strip Light",
        "Ceiling Light",
        "Ceiling Light Pro",
        "Meter",
        "MeterPlus",
        "MeterPro",
        "MeterPro(CO2)",
        "WoIOSensor",
        "Smart Radiator Thermostat",
    }
)
HUB_PREFIX = "Hub"


def is_meterless(device_type: str | None) -> bool:
    """Return whether a device type is known to have no meter."""
    return device_type in WITHOUT_METER or (device_type or "").startswith(HUB_PREFIX)


def parse_status(
    body: Mapping[str, object],
    *,
    listed_type: str | None,
    meter: int | None,
    at: datetime,
) -> Reading:
    """Return the reading in a status body.

    Args:
        body: The `body` of the answer.
        listed_type: The type in the device list, for bodies without `deviceType`.
        meter: 1 or 2 on a device with two meters.
        at: When the answer arrived; the body itself carries no time.

    Raises:
        RejectedError: The device has no meter, or the configured one does not fit it.
        UnreachableError: The device is offline.
        BadPayloadError: The body is empty or holds nonsense.
    """
    device_type = _device_type(body) or listed_type
    if is_meterless(device_type):
        reason = f"this device is a {device_type}, which has no meter"
        raise RejectedError(reason)
    if not body:
        reason = "the answer is empty: the cloud has lost its link to the device"
        raise BadPayloadError(reason)
    _refuse_offline(body)
    layout = _layout(body, device_type)
    if layout == "two_meters":
        return parse_relay_2pm(body, _required_meter(meter), at)
    if meter is not None:
        reason = "this device has one meter: remove 'meter' from its configuration"
        raise RejectedError(reason)
    return parse_plug_mini(body, at) if layout == "plug_mini" else parse_power_meter(body, at)


def check_device_id(body: Mapping[str, object], device_id: str) -> None:
    """Refuse the answer for another device.

    Raises:
        BadPayloadError: The body has another id than the one asked for.
    """
    answered = body.get("deviceId")
    if isinstance(answered, str) and answered and _bare_id(answered) != device_id:
        reason = "the cloud answered for another device"
        raise BadPayloadError(reason)


def _bare_id(text: str) -> str:
    return text.replace(":", "").replace("-", "").upper()


def parse_plug_mini(body: Mapping[str, object], at: datetime) -> Reading:
    """Parse Plug Mini (US) and (JP): `weight` is watts now, `power` the switch (#119, #379)."""
    watts, volts = _watts_and_volts(body, "weight")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=drifting_current_amperes(_raw_current(body), watts, volts),
        extra=_switch(body.get("power")),
    )


def parse_power_meter(body: Mapping[str, object], at: datetime) -> Reading:
    """Parse Plug Mini (EU) and Relay Switch 1PM: `power` is watts, `switchStatus` the switch."""
    watts, volts = _watts_and_volts(body, "power")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=possible_current_amperes(_amperes(body), watts, volts),
        extra=_switch(body.get("switchStatus")),
    )


def parse_relay_2pm(body: Mapping[str, object], meter: int, at: datetime) -> Reading:
    """Parse one meter of Relay Switch 2PM: its fields are prefixed `switch1` or `switch2`."""
    prefix = f"switch{meter}"
    unprefixed = {
        "power": body.get(f"{prefix}Power"),
        "voltage": body.get(f"{prefix}Voltage"),
        "electricCurrent": body.get(f"{prefix}ElectricCurrent"),
        "switchStatus": body.get(f"{prefix}Status"),
    }
    return parse_power_meter(unprefixed, at)


def _device_type(body: Mapping[str, object]) -> str | None:
    value = body.get("deviceType")
    return value if isinstance(value, str) and value else None


def _layout(body: Mapping[str, object], device_type: str | None) -> Layout:
    known = LAYOUT_BY_TYPE.get(device_type or "")
    if known:
        return known
    return _layout_by_fields(body, device_type)


def _layout_by_fields(body: Mapping[str, object], device_type: str | None) -> Layout:
    if "switch1Power" in body or "switch2Power" in body:
        return "two_meters"
    if "weight" in body:
        return "plug_mini"
    # A string here is the switch of a device that measures nothing.
    if isinstance(body.get("power"), int | float):
        return "power_meter"
    named = f"a {device_type}" if device_type else "this device"
    reason = f"the answer holds no power in watts: {named} has no meter that is supported"
    raise RejectedError(reason)


def _required_meter(meter: int | None) -> int:
    if meter is None:
        reason = "this device has two meters: add 'meter: 1' or 'meter: 2' to its configuration"
        raise RejectedError(reason)
    return meter


def _watts_and_volts(body: Mapping[str, object], power_field: str) -> tuple[float, float | None]:
    watts = _power_watts(body, power_field)
    volts = _voltage_volts(body, "voltage")
    _refuse_zero_without_voltage(watts, volts)
    return watts, volts


def _refuse_offline(body: Mapping[str, object]) -> None:
    if body.get("online") in OFFLINE:
        reason = "the cloud reports the device as offline"
        raise UnreachableError(reason)


def _amperes(body: Mapping[str, object]) -> float | None:
    milliamperes = _raw_current(body)
    return None if milliamperes is None else milliamperes / MA_PER_AMPERE


def _raw_current(body: Mapping[str, object]) -> float | None:
    """Return the current in its own unit; what nothing can be costs the watts nothing."""
    try:
        return _number(body, "electricCurrent")
    except BadPayloadError:
        return None


def _switch(state: object) -> dict[str, float]:
    if isinstance(state, str | int) and state in ON_OFF:
        return {"switch_on": ON_OFF[state]}
    return {}


def _number(body: Mapping[str, object], field: str, minimum: float = 0.0) -> float | None:
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


def _power_watts(body: Mapping[str, object], field: str) -> float:
    """Return the active power, negative where the device feeds back.

    Raises:
        BadPayloadError: It is missing, or more than any plug can carry.
    """
    watts = _number(body, field, minimum=-MAX_NUMBER)
    if watts is None:
        reason = f"'{field}' is missing, the power in watts"
        raise BadPayloadError(reason)
    return check_power_watts(watts, f"'{field}'")


def _voltage_volts(body: Mapping[str, object], field: str) -> float | None:
    """Return the RMS voltage; deci-volts are accepted, as sent in May 2022 (#98, #102).

    Raises:
        BadPayloadError: No mains has it; 0 is how a lost link appears (#371, #484), while a plug
            that is merely off still measures the mains.
    """
    volts = _number(body, field)
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


def _refuse_zero_without_voltage(watts: float, volts: float | None) -> None:
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
