"""Energy counters in bulk: every raw sample of a stretch, and how many samples each day has."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from bff.grid import DAY_MS
from bff.victoriametrics.client import VictoriaMetrics, VictoriaMetricsDown
from home_model.config import Home
from home_model.metrics import ENERGY, metric_name
from home_model.sources import family_of

# As long as VictoriaMetrics itself lets a query run; what is asked at once is bounded.
BULK_DEADLINE_SECONDS = 30.0
MOST_ROWS_PER_LINE = 50_000
INSTANT_WIDTH = len("1772323200000,")
LONG_LINE_BYTES = 1_000 * INSTANT_WIDTH

type Meter = tuple[str, str]
# The labels of a series, Unix milliseconds, and values; NaN for a stale marker.
type Exported = tuple[Mapping[str, str], NDArray[np.int64], NDArray[np.float64]]
type DayCounts = Mapping[Meter, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Samples:
    """Raw samples in the order they came: of one stored series after another.

    Attributes:
        at_ms: Unix milliseconds.
        kwh: What the counter showed; NaN for a stale marker.
    """

    at_ms: NDArray[np.int64]
    kwh: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which counters: of a house, some devices, by the metric names of their sources.

    Room and shelf are not asked: a device that was moved keeps its history.
    """

    house: str
    devices: tuple[str, ...]
    metrics: tuple[str, ...]

    def only(self, devices: tuple[str, ...]) -> Self:
        """The same for these devices alone."""
        return replace(self, devices=devices)

    def __str__(self) -> str:
        """The series selector."""
        names, devices = "|".join(self.metrics), "|".join(self.devices)
        return f'{{__name__=~"{names}",house="{self.house}",device=~"{devices}"}}'


def select_all(home: Home) -> Selection:
    """The counters of all devices of the configuration."""
    families = {family_of(source) for device in home.devices for source in device.sources}
    return Selection(
        home.house,
        tuple(device.device for device in home.devices),
        tuple(metric_name(family, ENERGY) for family in sorted(families)),
    )


def fetch_counters(
    victoriametrics: VictoriaMetrics,
    selection: Selection,
    start_ms: int,
    end_ms: int,
    *,
    deadline_seconds: float = BULK_DEADLINE_SECONDS,
) -> Mapping[Meter, Samples]:
    """Every sample in [start, end) by device and source, however other labels changed.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
        VictoriaMetricsRefused: It answered 4xx.
    """
    found: dict[Meter, list[Samples]] = defaultdict(list)
    if not selection.devices or end_ms <= start_ms:
        return {}
    exported = export(
        victoriametrics, str(selection), start_ms, end_ms, deadline_seconds=deadline_seconds
    )
    for labels, at_ms, kwh in exported:
        found[_meter(labels)].append(Samples(at_ms, kwh))
    return {meter: _joined(parts) for meter, parts in found.items()}


def export(
    victoriametrics: VictoriaMetrics,
    selector: str,
    start_ms: int,
    end_ms: int,
    *,
    deadline_seconds: float = BULK_DEADLINE_SECONDS,
) -> Iterator[Exported]:
    """Every sample in [start, end) of the series that match, in parts of some thousands.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
        VictoriaMetricsRefused: It answered 4xx.
    """
    form = {
        "match[]": selector,
        "start": unix_seconds(start_ms),
        "end": unix_seconds(end_ms - 1),
        "max_rows_per_line": str(MOST_ROWS_PER_LINE),
    }
    with victoriametrics.stream("/api/v1/export", form, deadline_seconds=deadline_seconds) as body:
        for line in lines_of(body):
            yield parse_line(line)


def lines_of(body: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, however the body arrives.

    Raises:
        VictoriaMetricsDown: It broke off within a line.
    """
    begun: list[bytes] = []
    for received in body:
        first, *others = received.split(b"\n")
        begun.append(first)
        for other in others:
            yield b"".join(begun)
            begun = [other]
    if any(begun):
        message = "the export ended in the middle of a line"
        raise VictoriaMetricsDown(message)


def parse_line(line: bytes) -> Exported:
    """One line of an export, in the order VictoriaMetrics writes it: labels, values, instants."""
    series, _, rest = line.partition(b',"values":')
    values, _, instants = rest.partition(b',"timestamps":')
    labels = orjson.loads(series + b"}")["metric"]
    # A stale marker comes as null and becomes NaN here.
    floats = np.array(orjson.loads(values), dtype=np.float64)
    return labels, _parse_instants(instants.removesuffix(b"}")), floats


def _parse_instants(text: bytes) -> NDArray[np.int64]:
    """`[1772323200000,…]`: instants of equal length are read digit by digit, all at once.

    Half of an export are instants, and of long lines this takes a tenth of the time of JSON.
    """
    columns = np.frombuffer(text, dtype=np.uint8)[1:]
    if len(columns) < LONG_LINE_BYTES or len(columns) % INSTANT_WIDTH:
        return np.array(orjson.loads(text), dtype=np.int64)
    columns = columns.reshape(-1, INSTANT_WIDTH)
    if (columns[:-1, -1] != ord(",")).any():
        return np.array(orjson.loads(text), dtype=np.int64)
    at_ms = np.zeros(len(columns), dtype=np.int64)
    for position in range(INSTANT_WIDTH - 1):
        at_ms *= 10
        at_ms += columns[:, position]
        at_ms -= ord("0")
    return at_ms


def _meter(labels: Mapping[str, str]) -> Meter:
    return labels.get("device", ""), labels.get("source", "")


def _joined(parts: list[Samples]) -> Samples:
    at_ms = np.concatenate([part.at_ms for part in parts])
    return Samples(at_ms, np.concatenate([part.kwh for part in parts]))


def fetch_day_counts(
    victoriametrics: VictoriaMetrics, selection: Selection, start_ms: int, end_ms: int
) -> DayCounts:
    """How many samples each source of each device has on each day (UTC) that has any.

    Counts [start, end): whole days, or a part of one. A day is named by the Unix milliseconds
    of its start; stale markers do not count.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
        VictoriaMetricsRefused: It answered 4xx.
    """
    if not selection.devices or end_ms <= start_ms:
        return {}
    window_ms = min(DAY_MS, end_ms - start_ms)
    # VictoriaMetrics' windows are open at their start and closed at their end: a millisecond
    # earlier makes them [start, end). Without nocache it would move the edges.
    form = {
        "query": f"sum(count_over_time({selection}[{window_ms}ms])) by (device,source)",
        "start": unix_seconds(start_ms + window_ms - 1),
        "end": unix_seconds(end_ms - 1),
        "step": "1d",
        "nocache": "1",
    }
    series = _query(victoriametrics, "/api/v1/query_range", form)
    return {
        _meter(each["metric"]): {
            round(at * 1000) + 1 - window_ms: int(count) for at, count in each["values"]
        }
        for each in series
    }


@dataclass(frozen=True, slots=True)
class Increase:
    """What PromQL says of a stretch of one source of one device.

    Attributes:
        kwh: The sum of `increase()` over its series.
        series: How many there were: more than one when labels changed.
    """

    kwh: float
    series: int


def fetch_increases(
    victoriametrics: VictoriaMetrics, selection: Selection, start_ms: int, end_ms: int
) -> Mapping[Meter, Increase]:
    """`increase()` over (start, end], as a PromQL user would ask for it.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
        VictoriaMetricsRefused: It answered 4xx.
    """
    form = {
        "query": f"increase({selection}[{end_ms - start_ms}ms])",
        "time": unix_seconds(end_ms),
        "nocache": "1",
    }
    by_meter: dict[Meter, list[float]] = defaultdict(list)
    for each in _query(victoriametrics, "/api/v1/query", form):
        by_meter[_meter(each["metric"])].append(float(each["value"][1]))
    return {meter: Increase(sum(kwh), len(kwh)) for meter, kwh in by_meter.items()}


def _query(victoriametrics: VictoriaMetrics, path: str, form: dict[str, str]) -> Any:  # noqa: ANN401 - it is JSON
    with victoriametrics.stream(path, form, deadline_seconds=BULK_DEADLINE_SECONDS) as body:
        return orjson.loads(b"".join(body))["data"]["result"]


def unix_seconds(unix_ms: int) -> str:
    """As VictoriaMetrics takes instants, to the millisecond."""
    return f"{unix_ms // 1000}.{unix_ms % 1000:03}"
