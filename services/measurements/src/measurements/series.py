"""The series of placed boards for VictoriaMetrics, at the instants at which they were recorded.

The ledger integrates the power. The counter beside it is for dashboards: the trapezoid between two
neighbouring measurements, never across a gap, of what arrives in the order of time. Pure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from home_model.config import Home, labels_of
from home_model.metrics import (
    CURRENT,
    ENERGY,
    HUMIDITY,
    POWER,
    PRESSURE,
    READING_TIMESTAMP,
    TEMPERATURE,
    VOLTAGE,
    Metric,
    metric_name,
)
from home_model.sources import Esp32Source, Family
from measurements.parse import Measurement
from timeseries_io.victoria_metrics import Series, encode_series

MW_PER_W = MA_PER_A = 1_000
UWH_PER_KWH = 10**9
# mW times µs in one µWh: 1 µWh is 3.6 mJ.
MW_US_PER_UWH = 3_600_000
MICROSECOND = timedelta(microseconds=1)
FAMILY: Family = "esp32"
MS_PER_S = 1_000

# As it was sent, or as it is stored.
type Measured = Measurement | Row[Any]

# An instant and a value at it.
type Point = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A board that the configuration places.

    Attributes:
        labels: Of its series.
        gap_limit: No energy is counted between measurements that are further apart.
    """

    labels: Mapping[str, str]
    gap_limit: timedelta


@dataclass(frozen=True, slots=True)
class Energy:
    """The counter of a board, made from its watts.

    Attributes:
        at: The newest measurement; None before the first.
        power_mw: What it measured.
        uwh: The energy up to it.
    """

    at: datetime | None = None
    power_mw: float | None = None
    uwh: int = 0


def placed_boards(home: Home) -> Mapping[str, Placed]:
    """Return the boards of the configuration by their ids."""
    return {
        source.id: Placed(
            labels_of(home, device, source), timedelta(seconds=source.gap_limit_seconds)
        )
        for device in home.devices
        for source in device.sources
        if isinstance(source, Esp32Source)
    }


def advance(energy: Energy, at: datetime, power_mw: float | None, gap_limit: timedelta) -> Energy:
    """Return the counter after a measurement; one that came late changes nothing."""
    if energy.at is not None and at <= energy.at:
        return energy
    if energy.at is None or energy.power_mw is None or power_mw is None:
        return Energy(at, power_mw, energy.uwh)
    span = at - energy.at
    if span > gap_limit:
        return Energy(at, power_mw, energy.uwh)
    # A board behind a generator measures negative watts; a counter never falls.
    mean_mw = max(0.0, energy.power_mw + power_mw) / 2
    uwh = round(mean_mw * (span // MICROSECOND) / MW_US_PER_UWH)
    return Energy(at, power_mw, energy.uwh + uwh)


def count_energy(
    energy: Energy, measurements: Iterable[Measurement], gap_limit: timedelta
) -> tuple[Energy, list[Point]]:
    """Return the counter after new measurements, and its value in kWh at each that moved it."""
    points: list[Point] = []
    for one in sorted(measurements, key=attrgetter("recorded_at")):
        before, energy = energy, advance(energy, one.recorded_at, one.power_mw, gap_limit)
        if energy is not before and one.power_mw is not None:
            points.append((one.recorded_at, energy.uwh / UWH_PER_KWH))
    return energy, points


def encode_measurements(
    labels: Mapping[str, str], measurements: Sequence[Measured], energy: Sequence[Point]
) -> list[str]:
    """Return lines for the import: one for each series that has a value."""
    at_ms = [_unix_ms(one.recorded_at) for one in measurements]
    lines = []
    for metric, read in GAUGES.items():
        values = [read(one) for one in measurements]
        lines.append(_line(labels, metric, at_ms, values))
    instants_ms = [_unix_ms(at) for at, _ in energy]
    lines.append(_line(labels, ENERGY, instants_ms, [kwh for _, kwh in energy]))
    return [line for line in lines if line]


def _unix_ms(at: datetime) -> int:
    return round(at.timestamp() * MS_PER_S)


def _line(
    labels: Mapping[str, str],
    metric: Metric,
    at_ms: Sequence[int],
    values: Sequence[float | None],
) -> str:
    """Return the line of one series; nothing where there is no value."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    if len(known) < len(values):
        at_ms = [at for at, value in zip(at_ms, values, strict=True) if value is not None]
    named = {"__name__": metric_name(FAMILY, metric), **labels}
    return encode_series(Series(named, at_ms, known))


def pressure_hpa(payload: Mapping[str, Any]) -> float | None:
    """Return the pressure, which is beside the other values or among the sensor's own."""
    for place in (payload, payload.get("sensor")):
        value = place.get("pressure_hpa") if isinstance(place, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _scaled(value: float | None, divisor: int) -> float | None:
    return None if value is None else value / divisor


# What is read of a measurement.
GAUGES: Mapping[Metric, Callable[[Measured], float | None]] = {
    POWER: lambda one: _scaled(one.power_mw, MW_PER_W),
    VOLTAGE: lambda one: one.voltage_v,
    CURRENT: lambda one: _scaled(one.current_ma, MA_PER_A),
    TEMPERATURE: lambda one: one.temperature,
    HUMIDITY: lambda one: one.humidity,
    PRESSURE: lambda one: pressure_hpa(one.payload),
    # The page shows by it how old the newest values are.
    READING_TIMESTAMP: lambda one: one.recorded_at.timestamp(),
}
