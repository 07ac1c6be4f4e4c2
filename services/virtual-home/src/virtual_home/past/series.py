"""The samples of one meter's past. Pure: a span of time in, series out."""

from dataclasses import dataclass

import numpy as np

from home_model.config import Home, labels_of
from home_model.metrics import CURRENT, ENERGY, POWER, UP, VOLTAGE, Metric, metric_name
from home_model.sources import Aiseg2Source, MatterSource, NativeSource, family_of
from virtual_home.chance import Flags, Floats, Integers
from virtual_home.electricity import electricity_at
from virtual_home.meters import AnyMeter
from virtual_home.moments import DAY_SECONDS, Moments, moments
from virtual_home.past.panel import panel_past
from virtual_home.plugs.outlets import plug_gauges
from virtual_home.presence import over_matter, present

SAMPLE_SECONDS = 60
GONE_DAYS = 4
MEASURED = (POWER, ENERGY, VOLTAGE, CURRENT)
WATT_HOURS_PER_KWH = 1_000
MILLIWATT_HOURS_PER_KWH = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """From the first sample to the last, both Unix seconds and whole minutes."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{(self.end - self.start) / DAY_SECONDS:.1f} days"

    @property
    def minutes(self) -> Integers:
        """The instants of the samples."""
        return np.arange(self.start, self.end + 1, SAMPLE_SECONDS)

    @property
    def gone_since(self) -> float:
        """Return when the plug that is gone for good was last reachable: it too has a past."""
        return max(self.end - GONE_DAYS * DAY_SECONDS, (self.start + self.end) / 2)


def days_until(now: float, days: int) -> Span:
    """So many days, up to the last whole minute before `now` (Unix seconds)."""
    end = int(now // SAMPLE_SECONDS) * SAMPLE_SECONDS
    return Span(end - days * DAY_SECONDS, end)


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels with `__name__`, and samples in order of time."""

    metric: dict[str, str]
    at_ms: Integers
    values: Floats


@dataclass(frozen=True, slots=True)
class MeterPast:
    """All series of one meter; `measured` is empty of samples where the plug was silent.

    The first two of `measured` are power and energy; not every plug measures more.
    """

    measured: tuple[Series, ...]
    up: Series

    @property
    def total_kwh(self) -> float:
        """What the energy counter has reached."""
        energy = self.measured[MEASURED.index(ENERGY)].values
        return float(energy[-1]) if energy.size else 0.0

    @property
    def sample_count(self) -> int:
        """Samples of all series."""
        return sum(series.values.size for series in (*self.measured, self.up))


def make_past(meter: AnyMeter, home: Home, span: Span, *, seed: int) -> MeterPast:
    """The meter's samples, one a minute, on the very curve that the emulator serves."""
    if isinstance(meter.source, Aiseg2Source):
        return _panel_past(meter, home, span, seed)
    at = span.minutes
    up = _up(meter, span, seed)
    measured = _gauges(meter, moments(at, home.zone), seed)
    measured[ENERGY] = _energy_kwh(meter, at, measured[POWER], up)
    return MeterPast(
        measured=tuple(
            Series(metric_labels(metric, meter, home), at[up] * 1000, measured[metric][up])
            for metric in MEASURED
            if metric in measured
        ),
        up=Series(metric_labels(UP, meter, home), at * 1000, up.astype(np.float64)),
    )


def _panel_past(meter: AnyMeter, home: Home, span: Span, seed: int) -> MeterPast:
    """The samples of a meter of the distribution board, of which there are fewer."""
    past = panel_past(home, span.start, span.end, seed)
    at_ms, source_id = past.at * 1000, meter.source.key[0]
    measured = {POWER: past.power_watts[source_id], ENERGY: past.energy_kwh[source_id]}
    return MeterPast(
        tuple(
            Series(metric_labels(metric, meter, home), at_ms, values)
            for metric, values in measured.items()
        ),
        Series(metric_labels(UP, meter, home), at_ms, np.ones(len(at_ms))),
    )


def _up(meter: AnyMeter, span: Span, seed: int) -> Flags:
    name, at = meter.device.device, span.minutes
    up = present(name, at, seed=seed, gone_since_unix_seconds=span.gone_since)
    return up & over_matter(name, at, seed=seed) if isinstance(meter.source, MatterSource) else up


def _gauges(meter: AnyMeter, at: Moments, seed: int) -> dict[Metric, Floats]:
    shown = electricity_at(meter.device.device, meter.appliance, at, seed=seed)
    if isinstance(meter.source, NativeSource | MatterSource):
        return plug_gauges(meter.appliance, shown.power_watts)
    return {POWER: shown.power_watts, VOLTAGE: shown.voltage_volts, CURRENT: shown.current_amperes}


def _energy_kwh(meter: AnyMeter, at: Integers, watts: Floats, up: Flags) -> Floats:
    """The exporter's counter at each instant; where the meter is silent it means nothing."""
    energy_kwh = np.zeros_like(watts)
    match meter.source:
        case MatterSource():
            # The plug's counter went on while it was unreachable, and has whole milliwatt-hours.
            energy_kwh = _whole(counter_kwh(at, watts, np.inf), MILLIWATT_HOURS_PER_KWH)
        case NativeSource(gap_limit_seconds=limit):
            # As well the plug's own, in whole watt-hours.
            energy_kwh[up] = _whole(counter_kwh(at[up], watts[up], limit), WATT_HOURS_PER_KWH)
        case source:
            energy_kwh[up] = counter_kwh(at[up], watts[up], source.gap_limit_seconds)
    return energy_kwh


def _whole(energy_kwh: Floats, per_kwh: int) -> Floats:
    return np.floor(energy_kwh * per_kwh) / per_kwh


def counter_kwh(at: Integers, watts: Floats, gap_limit_seconds: float) -> Floats:
    """The exporter's rule: trapezoids between samples, nothing across a longer silence.

    Rounded to a microwatt-hour, for VictoriaMetrics keeps twelve digits.
    """
    seconds = np.diff(at, prepend=at[:1])
    mean_watts = (watts + np.concatenate([watts[:1], watts[:-1]])) / 2
    joules = np.where(seconds <= gap_limit_seconds, mean_watts * seconds, 0.0)
    return np.round(np.cumsum(joules) / 3.6e6, 9)


def metric_labels(metric: Metric, meter: AnyMeter, home: Home) -> dict[str, str]:
    """Name and labels exactly as the exporter exposes them."""
    name = metric_name(family_of(meter.source), metric)
    return {"__name__": name} | labels_of(home, meter.device, meter.source)
