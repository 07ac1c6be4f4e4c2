"""What the emulated Tapo plugs measure, in the words of a Matter plug."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from home_model.config import Home
from home_model.sources import MatterSource
from matter_network.plugs import Plug

MILLI = 1_000

type Values = Mapping[str, int | bool]


@dataclass(frozen=True, slots=True)
class Outlet:
    """One plug as it is now; `values` in Matter's own units, by `Plug`'s words and `on`."""

    plugged_in: bool
    values: Values


type Outlets = Mapping[str, Outlet]


def twins_of(home: Home) -> dict[str, str]:
    """The serial number of each device that is also read over Matter, by device."""
    return {
        device.device: source.id
        for device in home.devices
        for source in device.sources
        if isinstance(source, MatterSource)
    }


def fetch_outlets(http: httpx.Client, url: str) -> Outlets:
    """Every emulated plug by its device; `url` is the emulator's `/plugs`.

    Raises:
        httpx.HTTPError: It did not answer, or not well.
    """
    return {each["name"]: parse_outlet(each) for each in http.get(url).raise_for_status().json()}


def parse_outlet(shown: Mapping[str, Any]) -> Outlet:
    """A plug's first outlet: W, V, A, Wh to mW, mV, mA, mWh."""
    meter = shown["outlets"][0]
    return Outlet(
        shown["plugged_in"],
        {
            "power_milliwatts": round(meter["power_watts"] * MILLI),
            "voltage_millivolts": round(meter["voltage_volts"] * MILLI),
            "current_milliamperes": round(meter["current_amperes"] * MILLI),
            "energy_milliwatt_hours": int(meter["lifetime_wh"] * MILLI),
            "on": meter["on"],
        },
    )


def plug_of(device: str, serial: str, outlet: Outlet) -> Plug:
    """The virtual Matter plug that begins with these values."""
    values = outlet.values
    return Plug(
        serial,
        name=device,
        vendor="TP-Link",
        product="Tapo P110M",
        power_milliwatts=values["power_milliwatts"],
        voltage_millivolts=values["voltage_millivolts"],
        current_milliamperes=values["current_milliamperes"],
        energy_milliwatt_hours=values["energy_milliwatt_hours"],
    )
