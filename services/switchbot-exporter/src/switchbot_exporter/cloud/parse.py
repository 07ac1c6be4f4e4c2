"""Parse the body of a status into a reading. Pure.

Field lists: SwitchBotAPI README @0214825. None of them gives energy that can be trusted:
`electricityOfDay` counts minutes switched on, `usedElectricity` goes up and down (HA #179178).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from home_model.errors import BadPayloadError, RejectedError, UnreachableError
from home_model.readings import Reading
from switchbot_exporter.cloud.plausible import (
    drifting_current_amperes,
    number,
    power_watts,
    refuse_zero_without_voltage,
    voltage_volts,
)

MA_PER_AMPERE = 1000
ON_OFF = {"on": 1.0, "off": 0.0, 1: 1.0, 0: 0.0}

type Layout = Literal["plug_mini", "power_meter", "two_meters"]

LAYOUT_BY_TYPE: dict[str, Layout] = {
    "Plug Mini (US)": "plug_mini",
    "Plug Mini (JP)": "plug_mini",
    "Plug Mini (EU)": "power_meter",
    "Relay Switch 1PM": "power_meter",
    "Relay Switch 2PM": "two_meters",
}
WITHOUT_METER = frozenset({"Plug", "Relay Switch 1", "Garage Door Opener"})


def is_meterless(device_type: str | None) -> bool:
    """Return whether a device type is known to have no meter."""
    return device_type in WITHOUT_METER


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
    if not body:
        reason = "the answer is empty: the cloud has lost its link to the device"
        raise BadPayloadError(reason)
    layout = _layout(body, _device_type(body) or listed_type)
    if layout == "two_meters":
        return parse_relay_2pm(body, _required_meter(meter), at)
    if meter is not None:
        reason = "this device has one meter: remove 'meter' from its configuration"
        raise RejectedError(reason)
    return parse_plug_mini(body, at) if layout == "plug_mini" else parse_power_meter(body, at)


def parse_plug_mini(body: Mapping[str, object], at: datetime) -> Reading:
    """Parse Plug Mini (US) and (JP): `weight` is watts now, `power` the switch (#119, #379)."""
    watts, volts = _watts_and_volts(body, "weight")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=drifting_current_amperes(number(body, "electricCurrent"), watts, volts),
        extra=_switch(body.get("power")),
    )


def parse_power_meter(body: Mapping[str, object], at: datetime) -> Reading:
    """Parse Plug Mini (EU) and Relay Switch 1PM: `power` is watts, `switchStatus` the switch."""
    _refuse_offline(body)
    watts, volts = _watts_and_volts(body, "power")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=_amperes(number(body, "electricCurrent")),
        extra=_switch(body.get("switchStatus")),
    )


def parse_relay_2pm(body: Mapping[str, object], meter: int, at: datetime) -> Reading:
    """Parse one meter of Relay Switch 2PM: its fields are prefixed `switch1` or `switch2`."""
    prefix = f"switch{meter}"
    unprefixed = {
        "online": body.get("online"),
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
    if is_meterless(device_type):
        reason = f"a {device_type} has no meter"
        raise RejectedError(reason)
    return _layout_by_fields(body)


def _layout_by_fields(body: Mapping[str, object]) -> Layout:
    if "switch1Power" in body or "switch2Power" in body:
        return "two_meters"
    if "weight" in body:
        return "plug_mini"
    # A string here is the switch of a device that measures nothing.
    if isinstance(body.get("power"), int | float):
        return "power_meter"
    reason = "the answer holds no power in watts: this device has no meter we know"
    raise RejectedError(reason)


def _required_meter(meter: int | None) -> int:
    if meter is None:
        reason = "this device has two meters: add 'meter: 1' or 'meter: 2' to its configuration"
        raise RejectedError(reason)
    return meter


def _watts_and_volts(body: Mapping[str, object], power_field: str) -> tuple[float, float | None]:
    watts = power_watts(body, power_field)
    volts = voltage_volts(body, "voltage")
    refuse_zero_without_voltage(watts, volts)
    return watts, volts


def _refuse_offline(body: Mapping[str, object]) -> None:
    if body.get("online") is False:
        reason = "the cloud reports the device as offline"
        raise UnreachableError(reason)


def _amperes(milliamperes: float | None) -> float | None:
    return None if milliamperes is None else milliamperes / MA_PER_AMPERE


def _switch(state: object) -> dict[str, float]:
    if isinstance(state, str | int) and state in ON_OFF:
        return {"switch_on": ON_OFF[state]}
    return {}
