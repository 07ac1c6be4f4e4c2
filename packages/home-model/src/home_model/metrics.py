"""The metric table: every name, type and help text that an exporter may expose for a device."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from home_model.sources import PUSHED_FAMILIES, Family

LABELS = ("house", "room", "shelf", "device", "source")


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the table. `word` is what follows `<family>_` in the metric's name."""

    word: str
    metric_type: Literal["gauge", "counter"]
    help: str


POWER = Metric("power_watts", "gauge", "Active power now, in watts.")
ENERGY = Metric(
    "energy_total_kwh",
    "counter",
    "Energy used since this source was first read, in kWh. Never falls.",
)
ENERGY_EXPORTED = Metric(
    "energy_exported_total_kwh",
    "counter",
    "Energy fed back as the device itself counts it, in kWh. May begin again at 0.",
)
VOLTAGE = Metric("voltage_volts", "gauge", "RMS voltage, in volts.")
CURRENT = Metric("current_amperes", "gauge", "RMS current, in amperes.")
TEMPERATURE = Metric("temperature_celsius", "gauge", "Temperature, in degrees Celsius.")
HUMIDITY = Metric("humidity_percent", "gauge", "Relative humidity, in percent.")
PRESSURE = Metric("pressure_hpa", "gauge", "Air pressure, in hectopascals.")
UP = Metric("device_up", "gauge", "1 if the last reading is good and fresh, else 0.")

LAST_ARRIVAL = Metric(
    "last_arrival_timestamp_seconds",
    "gauge",
    "Unix time at which the device last sent something, in seconds.",
)
READING_TIMESTAMP = Metric(
    "reading_timestamp_seconds",
    "gauge",
    "Unix time at which the reading was taken, in seconds.",
)

EXTRA = (
    Metric("switch_on", "gauge", "1 if the device's relay is closed, 0 if open."),
    Metric("signal_dbm", "gauge", "Strength of the radio signal, in dBm."),
    Metric("overload", "gauge", "1 if the device reports an overload, else 0."),
    Metric(
        "changed_timestamp_seconds",
        "gauge",
        "Unix time since which the device only repeats what it says, in seconds.",
    ),
)

TABLE = (POWER, ENERGY, ENERGY_EXPORTED, VOLTAGE, CURRENT, READING_TIMESTAMP, UP, *EXTRA)

# Of devices that send what they measured.
PUSHED_TABLE = (
    POWER,
    ENERGY,
    VOLTAGE,
    CURRENT,
    TEMPERATURE,
    HUMIDITY,
    PRESSURE,
    READING_TIMESTAMP,
    LAST_ARRIVAL,
    UP,
)


def table_of(family: Family) -> Sequence[Metric]:
    """Return the metrics that a family may have."""
    return PUSHED_TABLE if family in PUSHED_FAMILIES else TABLE


def metric_name(family: Family, metric: Metric) -> str:
    """The full name on the wire, such as `switchbot_power_watts`."""
    return f"{family}_{metric.word}"
