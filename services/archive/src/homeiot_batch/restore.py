"""Gives a day's samples back to VictoriaMetrics, and counts what is there afterwards."""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from homeiot_batch.config import Settings
from homeiot_batch.datasets import victoriametrics_client
from homeiot_batch.errors import SourceError, StorageError
from homeiot_batch.parquet_writer import Partition, is_intact, read_manifest
from homeiot_batch.transform import local_day
from homeiot_batch.victoriametrics_reader import read_samples, source_errors
from timeseries_io.victoria_metrics import Series, VictoriaMetrics, encode_series

LOG = logging.getLogger(__name__)
LINES_AT_ONCE = 500
ROWS_AT_ONCE = 50_000
WAIT_SECONDS = 60.0  # new samples are visible after some seconds

type Names = tuple[str, str]  # name and labels


def restore_day(
    settings: Settings, day: date, sleep: Callable[[float], object] = time.sleep
) -> int:
    """Import every sample of a day; return how many. Stale markers cannot be imported.

    Raises:
        StorageError: The archive does not have the day, or not undamaged.
        SourceError: VictoriaMetrics does not answer, or does not have all samples afterwards.
    """
    partition = Partition(settings.parquet_base_dir, "raw_samples", day)
    manifest = read_manifest(partition)
    if manifest is None or not is_intact(partition, manifest):
        message = f"{partition.data} is not there or damaged"
        raise StorageError(message)
    sent: Counter[Names] = Counter()
    with closing(victoriametrics_client(settings)) as client:
        with source_errors():
            for lines in _lines(partition, sent):
                client.write(lines)
        _wait_until_there(client, settings, day, sent, sleep)
    LOG.info("raw_samples %s: %d samples restored", day, sent.total())
    return sent.total()


def _lines(partition: Partition, sent: Counter[Names]) -> Iterator[list[str]]:
    with pq.ParquetFile(partition.data, page_checksum_verification=True) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            lines = []
            for names, series in _series(batch):
                sent[names] += len(series.values)
                lines.append(encode_series(series))
            for n in range(0, len(lines), LINES_AT_ONCE):
                yield lines[n : n + LINES_AT_ONCE]


def _series(batch: pa.RecordBatch) -> Iterator[tuple[Names, Series]]:
    """Return the finite samples of a batch by series; the rows of one follow each other."""
    kept = batch.filter(pa.array(np.isfinite(batch["value"].fill_null(math.nan).to_numpy())))
    groups = pa.Table.from_batches([kept]).group_by(["name", "labels"], use_threads=False)
    found = groups.aggregate([("ts_ms", "list"), ("value", "list")])
    for row in found.to_pylist():
        labels = {"__name__": row["name"], **orjson.loads(row["labels"])}
        yield (row["name"], row["labels"]), Series(labels, row["ts_ms_list"], row["value_list"])


def _wait_until_there(
    client: VictoriaMetrics,
    settings: Settings,
    day: date,
    sent: Counter[Names],
    sleep: Callable[[float], object],
) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while missing := sent - _stored(client, settings, day):
        if time.monotonic() > deadline:
            message = (
                f"VictoriaMetrics lacks {missing.total()} of {sent.total()} samples of {day}: "
            )
            message += "is the day within its -retentionPeriod?"
            raise SourceError(message)
        sleep(1.0)


def _stored(client: VictoriaMetrics, settings: Settings, day: date) -> Counter[Names]:
    found: Counter[Names] = Counter()
    for table in read_samples(client, local_day(day, settings.zone)):
        for names in table.group_by(["name", "labels"]).aggregate([("ts_ms", "count")]).to_pylist():
            found[names["name"], names["labels"]] += names["ts_ms_count"]
    return found
