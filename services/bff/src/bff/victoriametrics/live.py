"""The present values of every source, in one instant query."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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

SENT = (POWER, VOLTAGE, CURRENT, READING_TIMESTAMP)
READ = (*SENT, UP)
# As long as the service calls a device up that sends nothing (SILENT_AFTER_SECONDS).
MIN_PUSHED_WINDOW_SECONDS = 900.0


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
    """A value with the instant that VictoriaMetrics keeps beside it, in Unix seconds."""

    value: float
    at_unix_seconds: float


def fetch_live(
    victoriametrics: VictoriaMetrics, home: Home, *, silent_after_seconds: int
) -> Mapping[SourceOfDevice, Live]:
    """Fetch the present values of each source; sources without any are left out.

    Series are distinguished by device and source only, so a device that changed its shelf stays
    the same device. A series that went stale is gone here at once.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
    """
    families = {family_of(source) for device in home.devices for source in device.sources}
    form = {"query": _query(home, families), "step": f"{silent_after_seconds}s", "nocache": "1"}
    return sort_live(home, parse_instant(victoriametrics.fetch("/api/v1/query", form)))


def _query(home: Home, families: set[Family]) -> str:
    pushed = sorted(families & PUSHED_FAMILIES)
    scraped = [(family, metric) for family in sorted(families - PUSHED_FAMILIES) for metric in READ]
    scraped += [(family, metric) for family in pushed for metric in (LAST_ARRIVAL, UP)]
    series = _selector(home, scraped)
    # An instant query dates every value "now"; timestamp() returns when it was really written.
    parts = [series, _written(f"timestamp({series})")]
    if pushed:
        sent = _selector(home, [(family, metric) for family in pushed for metric in SENT])
        recent = f"{sent}[{_pushed_window_seconds(home)}s]"
        parts += [f"last_over_time({recent}) keep_metric_names"]
        parts += [_written(f"tlast_over_time({recent})")]
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


def sort_live(home: Home, result: Sequence[InstantSeries]) -> Mapping[SourceOfDevice, Live]:
    """Sort the series of a response by the sources of the configuration."""
    samples = _newest(result)
    present = {(device, source) for _, device, source in samples}
    return {
        key: _live(samples, family_of(source), key)
        for device in home.devices
        for source in device.sources
        if (key := (device.device, source.source)) in present
    }


type Series = tuple[str, str, str]


def _newest(result: Sequence[InstantSeries]) -> Mapping[Series, Sample]:
    """Return one sample of each metric of each source: the newest where labels had changed."""
    values: dict[Series, list[InstantSeries]] = defaultdict(list)
    written: dict[Series, list[InstantSeries]] = defaultdict(list)
    for item in result:
        labels = item.metric
        series = (labels["__name__"], labels.get("device", ""), labels.get("source", ""))
        (written if labels.get("is") == "written" else values)[series].append(item)
    return {
        series: max(found, key=lambda one: one.at_unix_seconds)
        for series, items in values.items()
        if (found := list(_samples(items, written.get(series, ()))))
    }


def _samples(items: Sequence[InstantSeries], written: Sequence[InstantSeries]) -> Iterator[Sample]:
    """Yield the values that have an instant: that of the same labels."""
    if len(items) == len(written) == 1:  # comparing labels is most of the time of a large house
        yield Sample(items[0].value[1], written[0].value[1])
        return
    for item in items:
        labels = item.metric | {"is": "written"}
        yield from (Sample(item.value[1], at.value[1]) for at in written if at.metric == labels)


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
