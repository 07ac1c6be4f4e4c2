"""`import-sd FILE`: write the SD-card export as past energy into VictoriaMetrics.

Each source of `devices.yaml` gets a counter from its first interval on, at the recorded times and
with the labels of today. The live counter begins again at 0 when its source is first read, so only
intervals that ended before its first sample are written. The instant of that sample is kept in a
series of its own: a second run writes the same samples again and nothing else.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from pydantic import SecretStr

from aiseg2_exporter.sd_card import (
    Interval,
    SdCardError,
    describe_imbalances,
    list_intervals,
    load_rows,
)
from exporter_kit.exporter import Target, select_targets
from exporter_kit.settings import FileSettings
from home_model.load import load_home
from home_model.metrics import ENERGY, metric_name
from home_model.problems import ConfigError
from home_model.sources import Aiseg2Source
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from timeseries_io.errors import TimeSeriesError
from timeseries_io.victoria_metrics import (
    Series,
    VictoriaMetrics,
    encode_series,
    format_selector,
)

COUNTER = metric_name("aiseg2", ENERGY)
# Its value is the Unix time of the first sample that is not imported.
BOUND = "aiseg2_import_end_timestamp_seconds"
SAMPLES_PER_LINE = 10_000
BAR_WIDTH = 30
WH_PER_KWH = 1_000


class ConflictError(Exception):
    """What is to be written contradicts what an earlier run has written."""


class ImportSettings(FileSettings):
    """Where the past goes."""

    victoriametrics_url: str = "http://127.0.0.1:8428"
    victoria_metrics_username: str = ""
    victoria_metrics_password: SecretStr = SecretStr("")


@dataclass(frozen=True, slots=True)
class Past:
    """What one source gets.

    Attributes:
        left_out: Intervals that the live counter covers.
    """

    labels: Mapping[str, str]
    bound_ms: int
    at_ms: list[int]
    kwh: list[float]
    intervals: int
    left_out: int


def import_and_print(argv: Sequence[str]) -> int:
    """Import and print a report; return the exit code."""
    parser = argparse.ArgumentParser(prog="aiseg2-exporter import-sd", description=__doc__)
    parser.add_argument("path", type=Path, help="the ZIP of the SD card, or a folder of its files")
    parser.add_argument("--dry-run", action="store_true", help="report and write nothing")
    arguments = parser.parse_args(argv)
    try:
        for line in run_import(load_settings(ImportSettings), arguments.path, arguments.dry_run):
            sys.stdout.write(f"{line}\n")
    except (
        ConfigError, ConflictError, OSError, SdCardError, SettingsError, TimeSeriesError,
    ) as error:  # fmt: skip
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def run_import(settings: ImportSettings, path: Path, dry_run: bool) -> Iterator[str]:  # noqa: FBT001
    """Write the past of every configured source and yield the report.

    Raises:
        SdCardError: The export cannot be used.
        ConflictError: An earlier import wrote other values.
        TimeSeriesError: VictoriaMetrics cannot be read or written.
    """
    targets = select_targets(load_home(settings.config_file), Aiseg2Source)
    rows = load_rows(path)
    yield from describe_imbalances(rows)
    client = VictoriaMetrics(
        settings.victoriametrics_url,
        username=settings.victoria_metrics_username,
        password=settings.victoria_metrics_password.get_secret_value(),
    )
    with closing(client):
        for number, target in enumerate(targets, 1):
            _show_progress(number, len(targets))
            past = make_past(client, target, list_intervals(rows, target.source.id))
            _check(client, past)
            if past.at_ms and not dry_run:
                client.write(list(_lines(past)))
            yield _report(target, past, "would write" if dry_run else "wrote")


def make_past(client: VictoriaMetrics, target: Target[Aiseg2Source], all_: list[Interval]) -> Past:
    """Return the counter of one source up to the first sample of its live counter."""
    labels = {"__name__": COUNTER, **target.labels}
    bound_ms = _fetch_bound_ms(client, target)
    intervals = [each for each in all_ if _ms(each.end) <= bound_ms]
    at_ms, kwh, total_wh = list[int](), list[float](), 0
    for before, each in pairwise([None, *intervals]):
        if each is None:
            continue
        if before is None or before.end != each.start:
            at_ms.append(_ms(each.start))
            kwh.append(total_wh / WH_PER_KWH)
        total_wh += each.energy_wh
        at_ms.append(_ms(each.end))
        kwh.append(total_wh / WH_PER_KWH)
    return Past(labels, bound_ms, at_ms, kwh, len(intervals), len(all_) - len(intervals))


def _fetch_bound_ms(client: VictoriaMetrics, target: Target[Aiseg2Source]) -> int:
    """Return where the imported past ends: as an earlier run found it, or at the first sample."""
    identity = {"device": target.labels["device"], "source": target.labels["source"]}
    now_ms = round(time.time() * 1000)
    earlier = client.export(format_selector({"__name__": BOUND, **identity}), 0, now_ms + 1)
    if bounds := [value for series in earlier for value in series.values]:
        return round(bounds[0] * 1000)
    live = client.export(format_selector({"__name__": COUNTER, **identity}), 0, now_ms + 1)
    return min((series.at_ms[0] for series in live if series.at_ms), default=now_ms)


def _check(client: VictoriaMetrics, past: Past) -> None:
    if not past.at_ms:
        return
    selector = format_selector(past.labels)
    written = client.export(selector, past.at_ms[0], past.bound_ms)
    known = {
        at_ms: kwh
        for series in written
        for at_ms, kwh in zip(series.at_ms, series.values, strict=True)
    }
    made = dict(zip(past.at_ms, past.kwh, strict=True))
    if any(made.get(at_ms, kwh) != kwh for at_ms, kwh in known.items()):
        message = (
            f"an earlier import of {past.labels['device']} began at another time: delete its "
            f"series before {_time(past.bound_ms)} and import the whole export again"
        )
        raise ConflictError(message)


def _lines(past: Past) -> Iterator[str]:
    bound = Series({**past.labels, "__name__": BOUND}, [past.at_ms[0]], [past.bound_ms / 1000])
    yield encode_series(bound)
    for first in range(0, len(past.at_ms), SAMPLES_PER_LINE):
        part = slice(first, first + SAMPLES_PER_LINE)
        yield encode_series(Series(past.labels, past.at_ms[part], past.kwh[part]))


def _report(target: Target[Aiseg2Source], past: Past, verb: str) -> str:
    if not past.at_ms:
        return f"{target}: nothing in the export before its live counter"
    text = (
        f"{target}: {verb} {past.kwh[-1]:.3f} kWh in {past.intervals} intervals, "
        f"{_time(past.at_ms[0])} to {_time(past.at_ms[-1])}"
    )
    return f"{text}; {past.left_out} left to the live counter" if past.left_out else text


def _show_progress(number: int, count: int) -> None:
    if sys.stderr.isatty():
        done = "#" * (BAR_WIDTH * number // count)
        sys.stderr.write(f"\r[{done:<{BAR_WIDTH}}] {number}/{count}" + "\n" * (number == count))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
