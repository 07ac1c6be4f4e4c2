"""One pure function for each kind of meter: the body of a status in, a reading out.

Field lists: SwitchBotAPI README @0214825. None of them gives energy that can be trusted:
`electricityOfDay` counts minutes switched on, `usedElectricity` goes up and down (HA #179178).
"""

from collections.abc import Mapping
from datetime import datetime

from home_model.errors import UnreachableError
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


def parse_plug_mini(body: Mapping[str, object], at: datetime) -> Reading:
    """Plug Mini (US) and (JP): `weight` is watts now, `power` is the switch (#119, #203, #379)."""
    watts, volts = _watts_and_volts(body, "weight")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=drifting_current_amperes(number(body, "electricCurrent"), watts, volts),
        extra=_switch(body.get("power")),
    )


def parse_power_meter(body: Mapping[str, object], at: datetime) -> Reading:
    """Plug Mini (EU) and Relay Switch 1PM: `power` is watts now, `switchStatus` the switch."""
    _refuse_offline(body)
    watts, volts = _watts_and_volts(body, "power")
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=_amperes(number(body, "electricCurrent")),
        extra=_switch(body.get("switchStatus")),
    )


def parse_channel(body: Mapping[str, object], channel: int, at: datetime) -> Reading:
    """Relay Switch 2PM: two meters, their fields prefixed `switch1` and `switch2`."""
    prefix = f"switch{channel}"
    unprefixed = {
        "online": body.get("online"),
        "power": body.get(f"{prefix}Power"),
        "voltage": body.get(f"{prefix}Voltage"),
        "electricCurrent": body.get(f"{prefix}ElectricCurrent"),
        "switchStatus": body.get(f"{prefix}Status"),
    }
    return parse_power_meter(unprefixed, at)


def _watts_and_volts(body: Mapping[str, object], power_field: str) -> tuple[float, float | None]:
    watts = power_watts(body, power_field)
    volts = voltage_volts(body, "voltage")
    refuse_zero_without_voltage(watts, volts)
    return watts, volts


def _refuse_offline(body: Mapping[str, object]) -> None:
    if body.get("online") is False:
        reason = "the device is offline, says the cloud"
        raise UnreachableError(reason)


def _amperes(milliamperes: float | None) -> float | None:
    return None if milliamperes is None else milliamperes / MA_PER_AMPERE


def _switch(state: object) -> dict[str, float]:
    if isinstance(state, str | int) and state in ON_OFF:
        return {"switch_on": ON_OFF[state]}
    return {}
