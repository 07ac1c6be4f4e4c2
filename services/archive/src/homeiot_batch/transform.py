"""From the readings of a source to the rows of the archive: columns, missing values, local time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

JAPAN = "Asia/Tokyo"
UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")
VALUES = ("instant_power_w", "energy_import_kwh", "energy_export_kwh")
PLACE = ("house", "room", "shelf", "device")
MEASURED = "measured"

# What a reader returns. A null value was never stored, NaN is one that is no number.
READINGS = pa.schema(
    [
        ("ts_utc", UTC_MICROSECONDS),
        ("source", pa.string()),
        *((name, pa.float64()) for name in VALUES),
        *((name, pa.string()) for name in PLACE),
    ]
)


@dataclass(frozen=True, slots=True)
class Span:
    """The instants [start, end), both in UTC."""

    start: datetime
    end: datetime

    def halves(self) -> tuple["Span", "Span"]:
        """Return the earlier and the later half."""
        middle = self.start + (self.end - self.start) / 2
        return Span(self.start, middle), Span(middle, self.end)


def local_day(day: date, zone: ZoneInfo) -> Span:
    """Return the instants of a local day: 23 to 25 hours where clocks change."""
    start, end = (
        datetime.combine(at, time(), zone).astimezone(UTC) for at in (day, day + timedelta(days=1))
    )
    return Span(start, end)


def yesterday(now: datetime, zone: ZoneInfo) -> date:
    """Return the local day before the one that `now` is in."""
    return now.astimezone(zone).date() - timedelta(days=1)


def hours(span: Span) -> list[Span]:
    """Split a span at each hour after its start."""
    step = timedelta(hours=1)
    count = -((span.start - span.end) // step)
    edges = [span.start + step * n for n in range(count)]
    return [Span(start, min(start + step, span.end)) for start in edges]


def row_schema(zone: ZoneInfo) -> pa.Schema:
    """Return the columns of `raw_meter_readings`, in their fixed order.

    The first seven are what users of the archive read by position. A house outside Japan has its
    own local time besides.
    """
    fields = [
        ("ts_utc", UTC_MICROSECONDS),
        ("ts_jst", pa.timestamp("us", tz=JAPAN)),
        ("source", pa.string()),
        *((name, pa.float64()) for name in VALUES),
        ("ingested_at", UTC_MICROSECONDS),
        ("quality", pa.string()),
        ("dt", pa.date32()),
        *((name, pa.string()) for name in PLACE),
    ]
    if zone.key != JAPAN:
        fields.append(("ts_local", pa.timestamp("us", tz=zone.key)))
    return pa.schema(fields)


@dataclass(frozen=True, slots=True)
class RowContext:
    """What all rows of one day and one run share."""

    day: date
    zone: ZoneInfo
    ingested_at: datetime
    source_default: str


def archive_rows(readings: pa.Table, context: RowContext) -> pa.Table:
    """Return the archive's rows of these readings, in the same order.

    A value that is missing or no number becomes 0.0, as consumers expect; `quality` has its name.
    """
    instants = readings["ts_utc"]
    columns = {
        "ts_utc": instants,
        "ts_jst": instants.cast(pa.timestamp("us", tz=JAPAN)),
        "source": readings["source"].fill_null(context.source_default),
        **{name: _zero_unless_finite(readings[name]) for name in VALUES},
        "ingested_at": pa.repeat(_instant(context.ingested_at), len(readings)),
        "quality": quality({name: readings[name] for name in VALUES}),
        "dt": pa.repeat(pa.scalar(context.day, pa.date32()), len(readings)),
        **{name: readings[name] for name in PLACE},
        "ts_local": instants.cast(pa.timestamp("us", tz=context.zone.key)),
    }
    schema = row_schema(context.zone)
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def quality(values: Mapping[str, pa.ChunkedArray]) -> pa.Array:
    """Return for each row `measured`, or each value that was not: `energy_export_kwh:missing`."""
    codes = np.zeros(len(next(iter(values.values()))), dtype=np.int32)
    for column in values.values():
        codes = codes * 3 + _state(column)
    states = product((None, "missing", "invalid"), repeat=len(values))
    texts = [_quality_text(dict(zip(values, row, strict=True))) for row in states]
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts)).cast(pa.string())


def _quality_text(states: Mapping[str, str | None]) -> str:
    wrong = [f"{name}:{state}" for name, state in states.items() if state]
    return " ".join(wrong) or MEASURED


def _state(column: pa.ChunkedArray) -> np.ndarray:
    """Return 0 for a finite number, 1 for none, 2 for what is no number."""
    missing = column.is_null().to_numpy()
    invalid = ~np.isfinite(_numbers(column))
    return missing.astype(np.int32) + 2 * invalid.astype(np.int32)


def _zero_unless_finite(column: pa.ChunkedArray) -> pa.Array:
    numbers = _numbers(column)
    return pa.array(np.where(np.isfinite(numbers), numbers, 0.0))


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return column.fill_null(0.0).to_numpy()


def _instant(at: datetime) -> pa.Scalar:
    return pa.scalar(at, UTC_MICROSECONDS)
