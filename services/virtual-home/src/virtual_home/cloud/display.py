"""What a meter shows at one instant, in the units of the load curves."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from virtual_home.chance import Chance
from virtual_home.electricity import Electricity, electricity_at, with_watts
from virtual_home.meters import CloudMeter
from virtual_home.moments import Moments, moments

MINUTE_SECONDS = 60
WOBBLE_SECONDS = 420


@dataclass(frozen=True, slots=True)
class Display:
    """One meter, now.

    Attributes:
        minutes_today: Minutes that the relay was closed since local midnight.
        energy_today_watt_minutes: Since local midnight.
        wobbly_energy_today_watt_minutes: The same as Plug Mini EU, firmware 0.8, gives it: it also
            falls within the day (home-assistant/core #179178).
    """

    power_watts: float
    voltage_volts: float
    current_amperes: float
    minutes_today: int
    energy_today_watt_minutes: int
    wobbly_energy_today_watt_minutes: int


def current_display(
    meter: CloudMeter,
    unix_seconds: float,
    zone: ZoneInfo,
    *,
    seed: int,
    watts_override: float | None,
) -> Display:
    """Return what the meter shows; `watts_override` is its load in place of its curve."""
    now = moments(unix_seconds, zone)
    shown = electricity_now(meter, now, seed=seed, watts_override=watts_override)
    used = _watt_minutes_today(meter, now, zone, seed)
    wobble = Chance(seed, meter.device.device).of("wobble", _step(now, WOBBLE_SECONDS))[0]
    return Display(
        power_watts=float(shown.power_watts[0]),
        voltage_volts=float(shown.voltage_volts[0]),
        current_amperes=float(shown.current_amperes[0]),
        minutes_today=int(now.second_of_day[0] // MINUTE_SECONDS),
        energy_today_watt_minutes=round(used),
        wobbly_energy_today_watt_minutes=round(used * (1 - 0.03 * wobble)),
    )


def electricity_now(
    meter: CloudMeter, now: Moments, *, seed: int, watts_override: float | None
) -> Electricity:
    """Return the same without the sums of the day, which take most of the time."""
    name, appliance = meter.device.device, meter.appliance
    if watts_override is None:
        return electricity_at(name, appliance, now, seed=seed)
    return with_watts(np.array([round(watts_override, 1)]), name, appliance, now, seed=seed)


def _watt_minutes_today(meter: CloudMeter, now: Moments, zone: ZoneInfo, seed: int) -> float:
    midnight = now.unix_seconds[0] - now.second_of_day[0]
    minutes = np.arange(midnight, now.unix_seconds[0], MINUTE_SECONDS)
    if not minutes.size:
        return 0.0
    today = electricity_at(meter.device.device, meter.appliance, moments(minutes, zone), seed=seed)
    return float(today.power_watts.sum())


def _step(now: Moments, seconds: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return (now.unix_seconds // seconds).astype(np.int64)
