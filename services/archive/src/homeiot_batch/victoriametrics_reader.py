"""Reads a day's samples from VictoriaMetrics: as meter readings, and all of them as they are."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np
import orjson
import pyarrow as pa

from homeiot_batch.errors import ConfigurationError, SourceError
from homeiot_batch.transform import PLACE, READINGS, UTC_MICROSECONDS, VALUES, Span
from timeseries_io.errors import BadAnswerError, DatabaseRejectedError, TimeSeriesError
from timeseries_io.victoria_metrics import Series, VictoriaMetrics

VALUE_OF_QUANTITY = {
    "power_watts": "instant_power_w",
    "energy_total_kwh": "energy_import_kwh",
    "energy_exported_total_kwh": "energy_export_kwh",
}
QUANTITIES = "|".join(VALUE_OF_QUANTITY)
METERS = f'{{__name__=~".+_({QUANTITIES})",device!=""}}'
EVERYTHING = '{__name__!=""}'
METER_NAME = re.compile(rf"(?P<family>.+)_(?P<quantity>{QUANTITIES})")
MAX_SAMPLES_IN_MEMORY = 600_000
MAX_LABELLED_IN_MEMORY = 500_000
MAX_ROWS_PER_TABLE = 20_000  # each row repeats its labels
MIN_SPAN = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The dataset `raw_samples`. `labels` is JSON with sorted names; a null value is a stale marker.
SAMPLES = pa.schema(
    [("name", pa.string()), ("labels", pa.string()), ("ts_ms", pa.int64()), ("value", pa.float64())]
)

type Labels = tuple[tuple[str, str], ...]
type Meter = tuple[str, ...]  # house, room, shelf, device, source, family


@dataclass(frozen=True, slots=True)
class Samples:
    """One series within one span: Unix milliseconds in order, and values (NaN: a stale marker)."""

    at_ms: np.ndarray
    values: np.ndarray


def read_readings(client: VictoriaMetrics, span: Span) -> Iterator[pa.Table]:
    """Return power and energies of all devices, a row for each device, source and instant.

    Raises:
        ConfigurationError: The address or the login is wrong.
        SourceError: It does not answer, or incompletely.
    """
    for series in _export(client, METERS, span, MAX_SAMPLES_IN_MEMORY):
        yield from _readings(series)


def read_samples(client: VictoriaMetrics, span: Span) -> Iterator[pa.Table]:
    """Return every sample of every series, in the schema `SAMPLES`.

    Raises:
        ConfigurationError: The address or the login is wrong.
        SourceError: It does not answer, or incompletely.
    """
    for series in _export(client, EVERYTHING, span, MAX_LABELLED_IN_MEMORY):
        for part in _parts(list(series.items()), lambda item: len(item[1].at_ms)):
            yield _samples(dict(part))


def _export(
    client: VictoriaMetrics, selector: str, span: Span, max_samples: int
) -> Iterator[dict[Labels, Samples]]:
    """Return the series of a span, in parts of it when they would not fit into memory."""
    found = _gather(client, selector, span, max_samples)
    if found is None:
        for half in span.halves():
            yield from _export(client, selector, half, max_samples)
    elif found:
        yield dict(sorted(found.items()))


def _gather(
    client: VictoriaMetrics, selector: str, span: Span, max_samples: int
) -> dict[Labels, Samples] | None:
    """Return the samples of a span; None when they are too many and the span can be split."""
    parts: dict[Labels, list[Samples]] = {}
    limit = max_samples if span.end - span.start > MIN_SPAN else float("inf")
    count = 0
    exported = client.export(selector, unix_ms(span.start), unix_ms(span.end))
    with source_errors(), closing(exported):  # ty: ignore[invalid-argument-type]
        for part in exported:
            count += len(part.at_ms)
            if count > limit:
                return None
            labels = tuple(sorted(part.labels.items()))
            parts.setdefault(labels, []).append(_as_arrays(part))
    return {labels: _joined(each) for labels, each in parts.items()}


def _as_arrays(part: Series) -> Samples:
    return Samples(np.array(part.at_ms, np.int64), np.array(part.values, np.float64))


def _joined(parts: list[Samples]) -> Samples:
    """Return the parts in order of time; two values of one instant in order of value."""
    at_ms = np.concatenate([part.at_ms for part in parts])
    values = np.concatenate([part.values for part in parts])
    if np.all(at_ms[:-1] < at_ms[1:]):
        return Samples(at_ms, values)
    order = np.lexsort((values, at_ms))
    return Samples(at_ms[order], values[order])


def _readings(series: dict[Labels, Samples]) -> Iterator[pa.Table]:
    meters: dict[Meter, dict[str, list[Samples]]] = {}
    for labels, samples in series.items():
        by_name = dict(labels)
        name = METER_NAME.fullmatch(by_name["__name__"])
        if name:
            meter = (*(by_name.get(key, "") for key in (*PLACE, "source")), name["family"])
            value = VALUE_OF_QUANTITY[name["quantity"]]
            meters.setdefault(meter, {}).setdefault(value, []).append(samples)
    found = [(meter, *_aligned(values)) for meter, values in sorted(meters.items())]
    for part in _parts(found, lambda item: len(item[1])):
        yield _table(part)


def _parts[T](items: Sequence[T], length: Callable[[T], int]) -> Iterator[list[T]]:
    """Split items into runs of some `MAX_ROWS_PER_TABLE` rows, at least one item each."""
    ends = np.cumsum([length(item) for item in items]) // MAX_ROWS_PER_TABLE
    for _, numbered in groupby(zip(ends, items, strict=True), key=lambda pair: pair[0]):
        yield [item for _, item in numbered]


def _measured(samples: Samples) -> Samples:
    """Return one value for each instant, the last of several, without stale markers."""
    is_last = np.append(samples.at_ms[:-1] != samples.at_ms[1:], [True] * bool(len(samples.at_ms)))
    kept = is_last & ~np.isnan(samples.values)
    return samples if kept.all() else Samples(samples.at_ms[kept], samples.values[kept])


def _aligned(values: dict[str, list[Samples]]) -> tuple[np.ndarray, list[pa.Array]]:
    """Return the instants of any value and all values there, null where it has none.

    What is scraped together has equal instants. A meter has several series of one value where
    another label changed, such as the address of the exporter that was scraped.
    """
    found = {name: _measured(_joined(parts)) for name, parts in values.items()}
    first, *others = [samples.at_ms for samples in found.values()]
    at_ms = first
    if not all(np.array_equal(first, other) for other in others):
        at_ms = np.unique(np.concatenate([first, *others]))
    return at_ms, [_placed(found.get(name), at_ms) for name in VALUES]


def _placed(samples: Samples | None, at_ms: np.ndarray) -> pa.Array:
    if samples is None:
        return pa.nulls(len(at_ms), pa.float64())
    if len(samples.at_ms) == len(at_ms):
        return pa.array(samples.values)
    values, missing = np.zeros(len(at_ms)), np.ones(len(at_ms), bool)
    places = np.searchsorted(at_ms, samples.at_ms)
    values[places], missing[places] = samples.values, False
    return pa.array(values, mask=missing)


def _table(found: list[tuple[Meter, np.ndarray, list[pa.Array]]]) -> pa.Table:
    meters, instants, columns = zip(*found, strict=True)
    values = zip(VALUES, zip(*columns, strict=True), strict=True)
    at_ms = np.concatenate(instants)
    owners = np.repeat(np.arange(len(meters), dtype=np.int32), [len(each) for each in instants])
    texts = {
        name: _texts([meter[n] or None for meter in meters], owners)
        for n, name in enumerate((*PLACE, "source"))
    }
    return pa.table(
        {
            "ts_utc": pa.array(at_ms * 1000).cast(UTC_MICROSECONDS),
            **{name: pa.concat_arrays(parts) for name, parts in values},
            **texts,
        }
    ).select(READINGS.names)


def _samples(series: dict[Labels, Samples]) -> pa.Table:
    lengths = [len(samples.at_ms) for samples in series.values()]
    owners = np.repeat(np.arange(len(series), dtype=np.int32), lengths)
    named = [_name_and_labels(labels) for labels in series]
    values = np.concatenate([samples.values for samples in series.values()])
    columns = [
        _texts([name for name, _ in named], owners),
        _texts([labels for _, labels in named], owners),
        pa.array(np.concatenate([samples.at_ms for samples in series.values()])),
        pa.array(values, mask=np.isnan(values)),
    ]
    return pa.table(columns, schema=SAMPLES)


def _name_and_labels(labels: Labels) -> tuple[str, str]:
    by_name = dict(labels)
    name = by_name.pop("__name__", "")
    return name, orjson.dumps(by_name, option=orjson.OPT_SORT_KEYS).decode()


def _texts(of_owner: Iterable[str | None], owners: np.ndarray) -> pa.Array:
    """Return a column with the text of each row's owner."""
    texts = pa.array(of_owner, pa.string())
    return texts.take(pa.array(owners))


def unix_ms(at: datetime) -> int:
    """Return an instant in Unix milliseconds."""
    return (at - EPOCH) // timedelta(milliseconds=1)


@contextmanager
def source_errors() -> Generator[None]:
    """Turn the errors of a time series database into the archive's."""
    try:
        yield
    except DatabaseRejectedError as error:
        message = f"VictoriaMetrics refuses: {error}"
        raise ConfigurationError(message) from error
    except TimeSeriesError as error:
        part = "incompletely" if isinstance(error, BadAnswerError) else "not"
        message = f"VictoriaMetrics answers {part}: {error}"
        raise SourceError(message) from error
