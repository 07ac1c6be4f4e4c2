"""What an outlet of a TP-Link plug measures at given instants."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from home_model.metrics import CURRENT, POWER, VOLTAGE, Metric
from tapo_emulator.meter import STEP_SECONDS, Meter
from tapo_emulator.models import MODELS, Model
from virtual_home.appliances import Appliance
from virtual_home.chance import Floats
from virtual_home.electricity import electricity_at
from virtual_home.meters import PlugMeter
from virtual_home.moments import moments

SECONDS_PER_HOUR = 3600
# When all plugs of the house were plugged in first: their lifetime counters begin here.
INSTALLED = datetime(2026, 1, 1, tzinfo=UTC)
MAINS_VOLTS = 101.3


def plug_model(appliance: Appliance) -> Model:
    """The plug's model, as it would be in a house with 100 V."""
    return replace(MODELS[appliance.tapo_model], volts=MAINS_VOLTS)


def plug_gauges(appliance: Appliance, power_watts: Floats) -> dict[Metric, Floats]:
    """Return what the emulator gives beside the watts: a steady voltage, or nothing."""
    model = plug_model(appliance)
    if not model.emeter_data:
        return {POWER: power_watts}
    amperes = np.round(power_watts / model.volts, 3)
    return {POWER: power_watts, VOLTAGE: np.full_like(power_watts, model.volts), CURRENT: amperes}


def outlet_at(meter: PlugMeter, now: datetime, zone: ZoneInfo, *, seed: int) -> Meter:
    """The outlet's meter as if it had counted since the plug was installed."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return Meter(
        watts=load_curve(meter, zone, seed=seed),
        at=now,
        zone=zone,
        today_wh=_energy_wh(meter, midnight, now, zone, seed),
        month_wh=_energy_wh(meter, midnight.replace(day=1), now, zone, seed),
        lifetime_wh=_energy_wh(meter, INSTALLED, now, zone, seed),
    )


def load_curve(meter: PlugMeter, zone: ZoneInfo, *, seed: int) -> Callable[[datetime], float]:
    """The load curve as the emulator asks for it."""
    return lambda at: float(_watts(meter, np.array([at.timestamp()]), zone, seed)[0])


def _energy_wh(
    meter: PlugMeter, start: datetime, end: datetime, zone: ZoneInfo, seed: int
) -> float:
    """As the emulator's meter counts: each step of the clock by the load in its middle."""
    edges = np.arange(start.timestamp(), end.timestamp(), STEP_SECONDS)
    hours = np.diff(edges, append=end.timestamp()) / SECONDS_PER_HOUR
    return float(_watts(meter, edges + STEP_SECONDS / 2, zone, seed) @ hours)


def _watts(meter: PlugMeter, unix_seconds: Floats, zone: ZoneInfo, seed: int) -> Floats:
    at = moments(unix_seconds, zone)
    return electricity_at(meter.device.device, meter.appliance, at, seed=seed).power_watts
