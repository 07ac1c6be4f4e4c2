"""What energy is made from, in bulk: every raw sample of an interval, and the counts of days.

These are the counters of devices; of those that send their measurements late, the power.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import EXPORTED_SUFFIX, meter_of_label
from bff.time_grid import DAY_MS
from bff.victoriametrics.client import SourceOfDevice, VictoriaMetrics
from bff.victoriametrics.export import export, unix_seconds
from bff.victoriametrics.parse import parse_instant, parse_range
from bff.victoriametrics.patience import BACKGROUND, Patience
from home_model.config import Home
from home_model.metrics import ENERGY, ENERGY_EXPORTED, POWER, Metric, metric_name
from home_model.sources import FAMILIES, PUSHED_FAMILIES

# VictoriaMetrics refuses a query of over 16 KiB: a house of many devices takes several.
MAX_NAMES_LENGTH = 12_000

type DayCounts = Mapping[SourceOfDevice, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class RawSamples:
    """Raw samples in the order they came: of one stored series after another.

    Attributes:
        at_ms: Unix milliseconds.
        values: The counter, kWh, or another quantity; NaN for a stale marker.
    """

    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CounterSelection:
    """The series of some devices of a house, by the metric names of their sources.

    Room and shelf are not selected by: a device that was moved keeps its history.

    Attributes:
        devices: Their names in the ledger; `exported_label` names the second counter of a meter.
        metrics: The names of the quantity that is selected.
        exported_metrics: Those of the second counters; none where it is another quantity.
    """

    house: str
    devices: tuple[str, ...]
    metrics: tuple[str, ...]
    exported_metrics: tuple[str, ...] = ()

    def only(self, devices: tuple[str, ...]) -> Self:
        """Return the selection of these devices alone."""
        return replace(self, devices=devices)

    def of(self, metric: Metric) -> Self:
        """Return the selection of another quantity of the same devices."""
        names = tuple(metric_name(family, metric) for family in sorted(FAMILIES))
        exported = _exported_metrics() if metric == ENERGY else ()
        return replace(self, metrics=names, exported_metrics=exported)

    def selectors(self) -> Iterator[tuple[str, str]]:
        """Yield series selectors, each with what is added to its `device` for the ledger's name.

        No device is in two of them.
        """
        exported = tuple(
            meter_of_label(name) for name in self.devices if name.endswith(EXPORTED_SUFFIX)
        )
        others = tuple(name for name in self.devices if not name.endswith(EXPORTED_SUFFIX))
        if self.metrics:
            for part in _parts(others):
                yield self._selector(self.metrics, part), ""
        if self.exported_metrics:
            for part in _parts(exported):
                yield self._selector(self.exported_metrics, part), EXPORTED_SUFFIX

    def _selector(self, metrics: Sequence[str], devices: Sequence[str]) -> str:
        names, wanted = "|".join(metrics), "|".join(devices)
        return f'{{__name__=~"{names}",house="{self.house}",device=~"{wanted}"}}'


def _parts(devices: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split devices so that the names of each part are short enough for one query."""
    part: list[str] = []
    length = 0
    for device in devices:
        if part and length + len(device) > MAX_NAMES_LENGTH:
            yield part
            part, length = [], 0
        part.append(device)
        length += len(device) + 1
    if part:
        yield part


def energy_series(home: Home) -> CounterSelection:
    """Select what the energy of all devices is made from, of former sources too.

    The counter that is made from the watts of a pushed source is left out: it counts nothing of
    what arrives behind a newer measurement.
    """
    return CounterSelection(
        home.house,
        tuple(device.device for device in home.devices),
        tuple(
            metric_name(family, POWER if family in PUSHED_FAMILIES else ENERGY)
            for family in sorted(FAMILIES)
        ),
        _exported_metrics(),
    )


def _exported_metrics() -> tuple[str, ...]:
    counting = sorted(set(FAMILIES) - PUSHED_FAMILIES)
    return tuple(metric_name(family, ENERGY_EXPORTED) for family in counting)


def fetch_counters(
    victoriametrics: VictoriaMetrics,
    selection: CounterSelection,
    start_ms: int,
    end_ms: int,
    *,
    patience: Patience = BACKGROUND,
) -> Mapping[SourceOfDevice, RawSamples]:
    """Fetch every sample in [start, end) by device and source, however other labels changed.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    found: dict[SourceOfDevice, list[RawSamples]] = defaultdict(list)
    if end_ms <= start_ms:
        return {}
    for selector, suffix in selection.selectors():
        series = export(victoriametrics, selector, start_ms, end_ms, patience=patience)
        for labels, at_ms, kwh in series:
            found[_source_of(labels, suffix)].append(RawSamples(at_ms, kwh))
    return {source: _joined(parts) for source, parts in found.items()}


def _source_of(labels: Mapping[str, str], suffix: str) -> SourceOfDevice:
    return labels.get("device", "") + suffix, labels.get("source", "")


def _joined(parts: list[RawSamples]) -> RawSamples:
    if len(parts) == 1:
        return parts[0]
    at_ms = np.concatenate([part.at_ms for part in parts])
    return RawSamples(at_ms, np.concatenate([part.values for part in parts]))


def fetch_day_counts(
    victoriametrics: VictoriaMetrics, selection: CounterSelection, start_ms: int, end_ms: int
) -> DayCounts:
    """Count the samples of each source of each device on each day (UTC) that has any.

    Counts [start, end): whole days, or a part of one. A day is named by the Unix milliseconds
    of its start; stale markers do not count.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    if end_ms <= start_ms:
        return {}
    window_ms = min(DAY_MS, end_ms - start_ms)
    # VictoriaMetrics' windows are open at their start and closed at their end: a millisecond
    # earlier makes them [start, end). Without nocache it would move the edges.
    form = {
        "start": unix_seconds(start_ms + window_ms - 1),
        "end": unix_seconds(end_ms - 1),
        "step": "1d",
        "nocache": "1",
    }
    found: dict[SourceOfDevice, Mapping[int, int]] = {}
    for selector, suffix in selection.selectors():
        form["query"] = f"sum(count_over_time({selector}[{window_ms}ms])) by (device,source)"
        body = victoriametrics.fetch(
            "/api/v1/query_range", form, deadline_seconds=BACKGROUND.deadline_seconds
        )
        for each in parse_range(body):
            found[_source_of(each.metric, suffix)] = {
                round(at * 1000) + 1 - window_ms: int(count) for at, count in each.values
            }
    return found


@dataclass(frozen=True, slots=True)
class Increase:
    """PromQL's `increase()` over an interval, of one source of one device.

    Attributes:
        kwh: The sum of `increase()` over its series.
        series: How many there were: more than one when labels changed.
    """

    kwh: float
    series: int


def fetch_increases(
    victoriametrics: VictoriaMetrics, selection: CounterSelection, start_ms: int, end_ms: int
) -> Mapping[SourceOfDevice, Increase]:
    """Fetch `increase()` over (start, end], as a PromQL user would write it.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    form = {"time": unix_seconds(end_ms), "nocache": "1"}
    by_source: dict[SourceOfDevice, list[float]] = defaultdict(list)
    for selector, suffix in selection.selectors():
        form["query"] = f"increase({selector}[{end_ms - start_ms}ms])"
        body = victoriametrics.fetch("/api/v1/query", form)
        for each in parse_instant(body):
            by_source[_source_of(each.metric, suffix)].append(each.value[1])
    return {source: Increase(sum(kwh), len(kwh)) for source, kwh in by_source.items()}
