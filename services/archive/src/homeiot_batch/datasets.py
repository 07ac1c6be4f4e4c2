"""The datasets of the archive: what each reads, its columns, and what makes its content."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from homeiot_batch import influx_reader, victoriametrics_reader
from homeiot_batch.config import Settings, influx_address
from homeiot_batch.errors import ConfigurationError
from homeiot_batch.measurements_reader import MEASUREMENTS, read_measurements
from homeiot_batch.transform import RowContext, Span, archive_rows, row_schema
from homeiot_batch.victoriametrics_reader import SAMPLES
from timeseries_io.victoria_metrics import VictoriaMetrics

READINGS = "raw_meter_readings"
DEADLINE_SECONDS = 300.0
MAX_ROWS_AT_ONCE = 20_000  # of all columns; what is read has fewer
# They follow from others, or differ with each run.
DERIVED = {"ts_jst", "ts_local", "dt", "ingested_at"}

type Read = Callable[[date, Span], Iterator[pa.Table]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One folder of days. `read` returns the rows of a local day in an order of their own."""

    name: str
    schema: pa.Schema
    read: Read

    @property
    def fingerprint_columns(self) -> list[str]:
        """The columns that make the content."""
        return [name for name in self.schema.names if name not in DERIVED]


def datasets(settings: Settings, ingested_at: datetime) -> list[Dataset]:
    """Return the datasets that the settings ask for."""
    found = [Dataset(READINGS, row_schema(settings.zone), _readings(settings, ingested_at))]
    if settings.victoriametrics_url:
        found.append(Dataset("raw_samples", SAMPLES, _samples(settings)))
    if settings.measurements_database_url:
        url = settings.measurements_database_url.get_secret_value()
        found.append(
            Dataset("raw_measurements", MEASUREMENTS, lambda _, span: read_measurements(url, span))
        )
    return found


def victoriametrics_client(settings: Settings) -> VictoriaMetrics:
    """Return a client of the VictoriaMetrics of the settings.

    Raises:
        ConfigurationError: None is set.
    """
    if settings.victoriametrics_url is None:
        message = "VICTORIAMETRICS_URL is not set"
        raise ConfigurationError(message)
    return VictoriaMetrics(
        str(settings.victoriametrics_url),
        username=settings.victoria_metrics_username,
        password=settings.victoria_metrics_password.get_secret_value(),
        timeout_seconds=DEADLINE_SECONDS,
    )


def _readings(settings: Settings, ingested_at: datetime) -> Read:
    def read(day: date, span: Span) -> Iterator[pa.Table]:
        context = RowContext(day, settings.zone, ingested_at, settings.source_default)
        for readings in _meter_readings(settings, span):
            for batch in readings.to_batches(MAX_ROWS_AT_ONCE):
                yield archive_rows(pa.Table.from_batches([batch]), context)

    return read


def _meter_readings(settings: Settings, span: Span) -> Iterator[pa.Table]:
    if settings.archive_source == "influxdb":
        yield from influx_reader.read_readings(influx_address(settings), span)
        return
    with closing(victoriametrics_client(settings)) as client:
        yield from victoriametrics_reader.read_readings(client, span)


def _samples(settings: Settings) -> Read:
    def read(_: date, span: Span) -> Iterator[pa.Table]:
        with closing(victoriametrics_client(settings)) as client:
            yield from victoriametrics_reader.read_samples(client, span)

    return read
