"""The present values of every source, by an instant query."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan

from bff.time_grid import instant
from bff.victoriametrics.client import SourceOfDevice, VictoriaMetrics
from bff.victoriametrics.parse import InstantSeries, parse_instant
from home_model.config import Home
from home_model.metrics import (
    CURRENT,
    LAST_ARRIVAL,
    POWER,
    READING_TIMESTAMP,
    UP,
    VOLTAGE,
    Metric,
    metric_name,
)
from home_model.sources import PUSHED_FAMILIES, PUSHED_SOURCES, Family, family_of

ELECTRICAL = (VOLTAGE, CURRENT)
SENT = (POWER, READING_TIMESTAMP)
# As long as the service calls a device up that sends nothing (SILENT_AFTER_SECONDS).
MIN_PUSHED_WINDOW_SECONDS = 900.0

# Name of the metric, device and source.
type Series = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Live:
    """The present values of one source of one device; None where there is none.

    Attributes:
        up: The exporter's own judgement; None when no exporter has the device.
        at: When the reading was taken.
        arrived_at: When a device that sends its measurements last sent something.
    """

    up: bool | None = None
    power_watts: float | None = None
    voltage_volts: float | None = None
    current_amperes: float | None = None
    at: datetime | None = None
    arrived_at: datetime | None = None

    @property
    def is_up(self) -> bool:
        """True when the exporter reports it and a fresh reading is there."""
        return self.up is True and self.power_watts is not None


@dataclass(frozen=True, slots=True)
class Sample:
    """A value, and where it matters, when it was written to VictoriaMetrics, in Unix seconds."""

    value: float
    at_unix_seconds: float = nan


def fetch_live(
    victoriametrics: VictoriaMetrics,
    home: Home,
    *,
    silent_after_seconds: int,
    with_voltage: bool = True,
) -> Mapping[SourceOfDevice, Live]:
    """Fetch the present values of each source; sources without any are left out.

    Series are distinguished by device and source only, so a device that changed its shelf stays
    the same device. A series that went stale is gone here at once.

    Args:
        victoriametrics: Where exporters are scraped into.
        home: The configuration.
        silent_after_seconds: What was scraped longer ago is not a present value.
        with_voltage: Whether volts and amperes are fetched; else they are None.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
    """
    sent = (*SENT, *ELECTRICAL) if with_voltage else SENT

    def fetch(*, with_instants: bool) -> list[InstantSeries]:
        query = _query(home, sent, with_instants=with_instants)
        form = {"query": query, "step": f"{silent_after_seconds}s", "nocache": "1"}
        return parse_instant(victoriametrics.fetch("/api/v1/query", form))

    values = _by_series(fetch(with_instants=False))
    if _needs_instants(values):
        samples = _newest(fetch(with_instants=True))
    else:
        samples = {series: Sample(found.value[1]) for series, (found,) in values.items()}
    return _sorted(home, samples)


def _query(home: Home, sent: Sequence[Metric], *, with_instants: bool) -> str:
    families = {family_of(source) for device in home.devices for source in device.sources}
    pushed = sorted(families & PUSHED_FAMILIES)
    scraped = [
        (family, metric) for family in sorted(families - PUSHED_FAMILIES) for metric in (*sent, UP)
    ]
    scraped += [(family, metric) for family in pushed for metric in (LAST_ARRIVAL, UP)]
    series = _selector(home, scraped)
    parts, instants = [series], [f"timestamp({series})"]
    if pushed:
        own = _selector(home, [(family, metric) for family in pushed for metric in sent])
        recent = f"{own}[{_pushed_window_seconds(home)}s]"
        parts.append(f"last_over_time({recent}) keep_metric_names")
        instants.append(f"tlast_over_time({recent})")
    parts += [_written(each) for each in instants] if with_instants else ()
    return f"union({', '.join(parts)})"


def _selector(home: Home, metrics: Sequence[tuple[Family, Metric]]) -> str:
    names = "|".join(metric_name(family, metric) for family, metric in metrics)
    return f'{{__name__=~"{names}",house="{home.house}"}}'


def _written(instants: str) -> str:
    return f'label_set({instants} keep_metric_names, "is", "written")'


def _pushed_window_seconds(home: Home) -> int:
    """Return for how long a measurement that a device sent is its present one.

    They come minutes apart; whether the device still sends is for its service to report.
    """
    gaps = (
        source.gap_limit_seconds
        for device in home.devices
        for source in device.sources
        if source.source in PUSHED_SOURCES
    )
    return round(max(MIN_PUSHED_WINDOW_SECONDS, *gaps))


def _by_series(result: Sequence[InstantSeries]) -> Mapping[Series, Sequence[InstantSeries]]:
    found: dict[Series, list[InstantSeries]] = defaultdict(list)
    for item in result:
        labels = item.metric
        series = (labels["__name__"], labels.get("device", ""), labels.get("source", ""))
        found[series].append(item)
    return found


def _needs_instants(values: Mapping[Series, Sequence[InstantSeries]]) -> bool:
    """Return whether it matters when a value was written, which takes as much again to fetch.

    It does where labels changed a moment ago, and where an exporter does not report when a
    reading was taken.
    """
    if any(len(found) > 1 for found in values.values()):
        return True
    taken = {series[1:] for series in values if series[0].endswith(READING_TIMESTAMP.word)}
    return any(series[0].endswith(POWER.word) and series[1:] not in taken for series in values)


def _newest(result: Sequence[InstantSeries]) -> Mapping[Series, Sample]:
    """Return one sample of each metric of each source: the newest where labels had changed.

    An instant query dates every value "now"; what is labelled "written" is when that was really.
    """
    values = _by_series([item for item in result if "is" not in item.metric])
    written = _by_series([item for item in result if item.metric.get("is") == "written"])
    return {
        series: max(found, key=lambda one: one.at_unix_seconds)
        for series, items in values.items()
        if (found := list(_samples(items, written.get(series, ()))))
    }


def _samples(items: Sequence[InstantSeries], written: Sequence[InstantSeries]) -> Iterator[Sample]:
    """Yield the values that have an instant: that of the same labels."""
    for item in items:
        labels = item.metric | {"is": "written"}
        yield from (Sample(item.value[1], at.value[1]) for at in written if at.metric == labels)


def _sorted(home: Home, samples: Mapping[Series, Sample]) -> Mapping[SourceOfDevice, Live]:
    """Sort samples by the sources of the configuration."""
    present = {(device, source) for _, device, source in samples}
    return {
        key: _live(samples, family_of(source), key)
        for device in home.devices
        for source in device.sources
        if (key := (device.device, source.source)) in present
    }


def _live(samples: Mapping[Series, Sample], family: Family, key: SourceOfDevice) -> Live:
    def sample(word: str) -> Sample | None:
        return samples.get((f"{family}_{word}", *key))

    up, power, taken = sample(UP.word), sample(POWER.word), sample(READING_TIMESTAMP.word)
    arrived = sample(LAST_ARRIVAL.word)
    return Live(
        up=None if up is None else up.value == 1,
        power_watts=_value(power),
        voltage_volts=_value(sample(VOLTAGE.word)),
        current_amperes=_value(sample(CURRENT.word)),
        at=_taken(taken, power),
        arrived_at=None if arrived is None else instant(round(arrived.value * 1000)),
    )


def _value(sample: Sample | None) -> float | None:
    return None if sample is None else sample.value


def _taken(taken: Sample | None, power: Sample | None) -> datetime | None:
    if taken is not None:
        return instant(round(taken.value * 1000))
    return None if power is None else instant(round(power.at_unix_seconds * 1000))
