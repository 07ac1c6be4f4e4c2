"""Archive yesterday, or the days that are asked for: `python -m homeiot_batch.run_archive`.

Safe to run any number of times and to kill at any instant. README.md has the exit codes.
"""

import argparse
import logging
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from homeiot_batch import duckdb_writer, parquet_writer
from homeiot_batch.config import Settings, check_zone, duckdb_options, write_options
from homeiot_batch.datasets import READINGS, Dataset, datasets
from homeiot_batch.dbt import run_dbt
from homeiot_batch.errors import ArchiveError, ConfigurationError, StorageError
from homeiot_batch.lock import single_run
from homeiot_batch.parquet_writer import Manifest, Partition
from homeiot_batch.restore import restore_day
from homeiot_batch.run_metrics import push_figures
from homeiot_batch.snapshots import save_snapshots
from homeiot_batch.transform import local_day, yesterday
from service_kit.clock import utc_now
from service_kit.errors import SettingsError
from service_kit.log import set_up_log
from service_kit.settings import load_settings, secret_values

LOG = logging.getLogger("homeiot_batch")


@dataclass(slots=True)
class Report:
    """What a run did: rows by (dataset, stage), and what failed."""

    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    errors: list[ArchiveError] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """The code of the first failure; 0 without any."""
        return self.errors[0].exit_code if self.errors else 0

    def count(self, dataset: str, stage: str, rows: int) -> None:
        """Add rows that were read, written or loaded."""
        self.rows[dataset, stage] = self.rows.get((dataset, stage), 0) + rows

    def fail(self, error: ArchiveError) -> None:
        """Record a failure; what does not depend on it goes on."""
        LOG.error("%s", error)
        self.errors.append(error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = load_settings(Settings)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the log needs the settings
        return ConfigurationError.exit_code
    set_up_log(settings.log_level, settings.log_format, secret_values(settings))
    use_little_memory()
    try:
        check_zone(settings)
        if options.command == "restore":
            restore_day(settings, _restored_day(options))
            return 0
        return run(settings, options, utc_now())
    except ArchiveError as error:
        LOG.error("%s", error)  # noqa: TRY400 - the text is the message
        return error.exit_code


def use_little_memory() -> None:
    """Have Arrow take memory from the system and give it back; its own pool keeps what it had.

    Each thread keeps memory of its own, and one is as fast here: what takes the time is the source.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)


def run(settings: Settings, options: argparse.Namespace, now: datetime) -> int:
    """Archive the days with the lock held, and push the figures of the run.

    Raises:
        ArchiveError: Nothing could be begun.
    """
    began = time.monotonic()
    days = days_to_archive(options, yesterday(now, settings.zone))
    report = Report()
    with single_run(settings.parquet_base_dir):
        archive(settings, days, now, report, allow_fewer_rows=options.allow_fewer_rows)
        if options.dbt:
            with _failures(report):
                run_dbt(settings)
    push_figures(settings, report.rows, report.exit_code, time.monotonic() - began)
    LOG.debug("peak memory in MiB: %.0f", _peak_mebibytes())
    return report.exit_code


def _peak_mebibytes() -> float:
    """Return the most resident memory; `getrusage` begins at that of the process that forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak_kibibytes,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    return int(peak_kibibytes) / 1024


def archive(
    settings: Settings,
    days: Iterable[date],
    now: datetime,
    report: Report,
    *,
    allow_fewer_rows: bool = False,
) -> None:
    """Write the files of the days, then load what DuckDB lacks, of earlier runs too."""
    removed = parquet_writer.clean_up(settings.parquet_base_dir)
    if removed:
        LOG.warning("a run that ended early left %d files; they are removed", len(removed))
    for dataset in datasets(settings, now):
        for day in days:
            with _failures(report):
                archive_day(settings, dataset, day, report, allow_fewer_rows=allow_fewer_rows)
    with _failures(report):
        load(settings, report)


def archive_day(
    settings: Settings, dataset: Dataset, day: date, report: Report, *, allow_fewer_rows: bool
) -> None:
    """Read a day and write its file, unless it is there with the same content.

    Raises:
        ArchiveError: The source or the disk failed; the old file is there still.
    """

    def counted(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            report.count(dataset.name, "read", len(table))
            yield table

    written = parquet_writer.write_day(
        Partition(settings.parquet_base_dir, dataset.name, day),
        counted(dataset.read(day, local_day(day, settings.zone))),
        dataset.schema,
        fingerprint_columns=dataset.fingerprint_columns,
        options=write_options(settings),
        allow_fewer_rows=allow_fewer_rows,
    )
    rows = written.manifest.rows
    report.count(dataset.name, "written", rows if written.is_new else 0)
    outcome = "written" if written.is_new else "unchanged"
    LOG.log(
        logging.INFO if rows else logging.WARNING,
        "%s %s: %d rows read, %s",
        dataset.name,
        day,
        rows,
        outcome,
    )
    pa.default_memory_pool().release_unused()


def load(settings: Settings, report: Report) -> None:
    """Load every day whose file DuckDB does not have, and the snapshots of prices and devices.

    Raises:
        ArchiveError: DuckDB is busy or cannot be written. What was loaded before stays.
    """
    with duckdb_writer.opened(duckdb_options(settings)) as connection:
        loaded = duckdb_writer.loaded_fingerprints(connection)
        for partition in parquet_writer.archived_days(settings.parquet_base_dir, READINGS):
            with _failures(report):
                manifest = _manifest(partition)
                if loaded.get(partition.day) != manifest.fingerprint:
                    rows = duckdb_writer.load_day(connection, partition, manifest, settings.zone)
                    report.count(READINGS, "loaded", rows)
                    LOG.info("%s %s: %d rows loaded", READINGS, partition.day, rows)
        with _failures(report):
            save_snapshots(connection, settings)


def days_to_archive(options: argparse.Namespace, newest: date) -> list[date]:
    """Return the days that the arguments ask for, earliest first.

    Raises:
        ConfigurationError: A day is not over yet, or the range is empty.
    """
    last = options.date or options.to or newest
    first = options.date or options.from_ or last - timedelta(days=options.refresh - 1)
    if last > newest:
        message = f"{last} is not over yet; the newest day to archive is {newest}"
        raise ConfigurationError(message)
    if first > last:
        message = f"--from {first} is after --to {last}"
        raise ConfigurationError(message)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _manifest(partition: Partition) -> Manifest:
    manifest = parquet_writer.read_manifest(partition)
    if manifest is None:
        message = f"{partition.data} has no manifest that fits it: archive {partition.day} again"
        raise StorageError(message)
    return manifest


def _restored_day(options: argparse.Namespace) -> date:
    if options.date is None:
        message = "restore needs --date"
        raise ConfigurationError(message)
    return options.date


@contextmanager
def _failures(report: Report) -> Generator[None]:
    try:
        yield
    except ArchiveError as error:
        report.fail(error)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's arguments."""
    made = argparse.ArgumentParser(prog="homeiot_batch.run_archive", description=__doc__)
    command = made.add_argument("command", nargs="?", choices=("archive", "restore"))
    command.help = "restore writes the samples of --date into VICTORIAMETRICS_URL"
    days = made.add_mutually_exclusive_group()
    day = date.fromisoformat
    days.add_argument("--date", type=day, metavar="DAY", help="one local day, as 2026-11-27")
    days.add_argument("--from", type=day, metavar="DAY", dest="from_", help="the first of several")
    days.add_argument(
        "--refresh", type=_count, default=1, metavar="N", help="the last N days; late data count"
    )
    made.add_argument("--to", type=day, metavar="DAY", help="the last of several, inclusive")
    made.add_argument("--dbt", action="store_true", help="build the dbt models afterwards")
    made.add_argument(
        "--allow-fewer-rows",
        action="store_true",
        help="replace a day although the source lost rows",
    )
    return made


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        message = "at least 1"
        raise argparse.ArgumentTypeError(message)
    return count


if __name__ == "__main__":
    sys.exit(main())
