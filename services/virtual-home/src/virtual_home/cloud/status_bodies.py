"""Status bodies by device type, with the traps of the real ones.

Source: SwitchBotAPI README @0214825, and issues #119, #163, #274, #316, #379 for what the numbers
really are.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from virtual_home.cloud.display import Display

type Body = dict[str, Any]

HUB_ID = "F4B3B1000001"


class CurrentScale(StrEnum):
    """How `electricCurrent` of Plug Mini US/JP is meant: its unit drifted over the years."""

    AMPERES = "amperes"
    TENFOLD_AMPERES = "tenfold_amperes"
    MILLIAMPERES = "milliamperes"


def plug_mini_body(device_id: str, device_type: str, shown: Display, scale: CurrentScale) -> Body:
    """Plug Mini (JP) and (US): `power` is the switch, `weight` the watts, no energy at all."""
    return {
        "version": "V1.8-1.8",
        "power": "on",
        "voltage": shown.voltage_volts,
        "weight": shown.power_watts,
        "electricityOfDay": shown.minutes_today,
        "electricCurrent": scaled_current(shown.current_amperes, scale),
        "deviceId": device_id,
        "deviceType": device_type,
        "hubDeviceId": hub_id(device_type, device_id),
    }


def plug_mini_eu_body(device_id: str, shown: Display) -> Body:
    """Plug Mini (EU), firmware 0.8: `power` is the watts."""
    return {
        "version": "V0.8-0.8",
        "online": True,
        "switchStatus": 1,
        "voltage": shown.voltage_volts,
        "power": shown.power_watts,
        "electricCurrent": round(shown.current_amperes * 1000),
        "usedElectricity": shown.wobbly_energy_today_watt_minutes,
        "deviceId": device_id,
        "deviceType": "Plug Mini (EU)",
        "hubDeviceId": hub_id("Plug Mini (EU)", device_id),
    }


def relay_1pm_body(device_id: str, shown: Display) -> Body:
    """Relay Switch 1PM."""
    return {
        "version": "V1.6-1.6",
        "switchStatus": 1,
        "voltage": shown.voltage_volts,
        "power": shown.power_watts,
        "electricCurrent": round(shown.current_amperes * 1000),
        "usedElectricity": shown.energy_today_watt_minutes,
        "deviceId": device_id,
        "deviceType": "Relay Switch 1PM",
        "hubDeviceId": HUB_ID,
    }


def relay_2pm_body(device_id: str, by_meter: Mapping[int, Display]) -> Body:
    """Relay Switch 2PM: two meters in one answer."""
    body: Body = {
        "version": "V1.2-1.2",
        "online": True,
        "calibrate": False,
        "position": 0,
        "isStuck": False,
        "deviceId": device_id,
        "deviceType": "Relay Switch 2PM",
        "hubDeviceId": HUB_ID,
    }
    for meter in (1, 2):
        body |= _meter_fields(f"switch{meter}", by_meter.get(meter))
    return body


def _meter_fields(switch: str, shown: Display | None) -> Body:
    return {
        f"{switch}Status": 1 if shown else 0,
        f"{switch}Voltage": shown.voltage_volts if shown else 101.0,
        f"{switch}Power": shown.power_watts if shown else 0.0,
        f"{switch}ElectricCurrent": round(shown.current_amperes * 1000) if shown else 0,
        f"{switch}UsedElectricity": shown.energy_today_watt_minutes if shown else 0,
    }


def scaled_current(amperes: float, scale: CurrentScale) -> float:
    """Amperes in the unit of one of the cloud's eras, with that era's resolution."""
    match scale:
        case CurrentScale.AMPERES:
            return round(amperes, 2)
        case CurrentScale.TENFOLD_AMPERES:
            return round(amperes * 10, 2)
        case CurrentScale.MILLIAMPERES:
            return round(amperes * 1000)


def with_numbers(body: Body, change: Callable[[str, float], object]) -> Body:
    """The body with every number (by key and value) replaced; switches and words stay."""
    return {key: change(key, value) if is_number(value) else value for key, value in body.items()}


def zeroed(body: Body) -> Body:
    """The body with every number 0."""
    return with_numbers(body, lambda *_: 0)


def is_number(value: object) -> bool:
    """True for int and float, not for bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def hub_id(device_type: str, device_id: str) -> str:
    """A hub's id, the device's own (issue #316), zeros or nothing: all are seen."""
    return {
        "Plug Mini (JP)": device_id,
        "Plug Mini (US)": "000000000000",
        "Plug Mini (EU)": "",
    }.get(device_type, HUB_ID)
