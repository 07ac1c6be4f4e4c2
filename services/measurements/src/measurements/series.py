"""The series of placed boards for VictoriaMetrics, at the instants at which they were recorded.

The ledger integrates the power. The counter beside it is for dashboards: the trapezoid between two
neighbouring measurements, never across a gap, of what arrives in the order of time. Pure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

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
US_PER_S = 1_000_000
# Seconds since the start are whole, and a correction by less is no matter.
CLOCK_TOLERANCE_US = 2 * US_PER_S
FAMILY: Family = "esp32"
MS_PER_S = 1_000
# More than the air and any sensor of it have.
MAX_PRESSURE_HPA = 2_000

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


class Energy(NamedTuple):
    """The counter of a board, made from its watts.

    Attributes:
        at: The newest measurement; None before the first.
        power_mw: What it measured.
        uwh: The energy up to it.
        boot: In which start of the board that was, where it sends that.
        up_seconds: How long after that start.
    """

    at: datetime | None = None
    power_mw: float | None = None
    uwh: int = 0
    boot: int | None = None
    up_seconds: int | None = None


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


def advance(  # noqa: PLR0913, PLR0917 - of one measurement
    energy: Energy,
    at: datetime,
    power_mw: float | None,
    gap_limit: timedelta,
    boot: int | None = None,
    up_seconds: int | None = None,
) -> Energy:
    """Return the counter after a measurement; one that came late changes nothing."""
    if energy.at is not None and at <= energy.at:
        return energy
    after = Energy(at, power_mw, energy.uwh, boot, up_seconds)
    if energy.at is None or energy.power_mw is None or power_mw is None:
        return after
    span_us = _passed_us(energy, after, (at - energy.at) // MICROSECOND)
    if span_us > gap_limit // MICROSECOND:
        return after
    # A board behind a generator measures negative watts; a counter never falls.
    mean_mw = max(0.0, energy.power_mw + power_mw) / 2
    return after._replace(uwh=energy.uwh + round(mean_mw * span_us / MW_US_PER_UWH))


def _passed_us(before: Energy, after: Energy, recorded_us: int) -> int:
    """Return the time between two measurements, at most that by the seconds since the start.

    A clock that was set forward in between shows time that never passed.
    """
    if before.boot != after.boot or before.up_seconds is None or after.up_seconds is None:
        return recorded_us
    up_us = (after.up_seconds - before.up_seconds) * US_PER_S
    is_set_forward = 0 <= up_us < recorded_us - CLOCK_TOLERANCE_US
    return up_us if is_set_forward else recorded_us


def count_energy(
    energy: Energy, measurements: Iterable[Measurement], gap_limit: timedelta
) -> tuple[Energy, list[Point]]:
    """Return the counter after new measurements, and its value in kWh at each that moved it."""
    points: list[Point] = []
    for one in sorted(measurements, key=attrgetter("recorded_at")):
        before = energy
        energy = advance(before, one.recorded_at, one.power_mw, gap_limit, one.boot, one.up_seconds)
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
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # Pascals under this name, or the noise of a sensor that has come loose.
        if is_number and 0 < value <= MAX_PRESSURE_HPA:
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
