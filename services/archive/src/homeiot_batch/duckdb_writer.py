"""Loads the days of `raw_meter_readings` into DuckDB, each in one transaction.

The table `archive_days` has the fingerprint of what was loaded: a day whose file has another one,
or that is not there, is still to be loaded, whichever run wrote it.
"""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from homeiot_batch.errors import ConfigurationError, DuckdbBusyError, StorageError
from homeiot_batch.parquet_writer import Manifest, Partition, is_intact, storage_text

LOG = logging.getLogger(__name__)
TABLE = "raw_meter_readings"
BUSY_TEXT = "Could not set lock on file"
RETRY_SECONDS = 5.0

# `ts_jst` is Japan's wall clock: with a zone its DATE() would depend on the session's.
COLUMNS = {
    "ts_utc": "TIMESTAMP WITH TIME ZONE",
    "ts_jst": "TIMESTAMP",
    "source": "VARCHAR",
    "instant_power_w": "DOUBLE",
    "energy_import_kwh": "DOUBLE",
    "energy_export_kwh": "DOUBLE",
    "ingested_at": "TIMESTAMP WITH TIME ZONE",
    "quality": "VARCHAR",
    "dt": "DATE",
    "house": "VARCHAR",
    "room": "VARCHAR",
    "shelf": "VARCHAR",
    "device": "VARCHAR",
}
LOCAL_TIME = {"ts_local": "TIMESTAMP"}
DAYS = """
CREATE TABLE IF NOT EXISTS archive_days (
  dt DATE PRIMARY KEY, fingerprint VARCHAR NOT NULL, rows BIGINT NOT NULL,
  loaded_at TIMESTAMP WITH TIME ZONE NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class DuckdbOptions:
    """The file and what a session may use. Its default is 80 % of the machine's memory."""

    path: Path
    zone: ZoneInfo
    memory_limit: str = "150MB"
    threads: int = 2
    busy_wait: timedelta = timedelta(minutes=5)


@contextmanager
def opened(
    options: DuckdbOptions, sleep: Callable[[float], object] = time.sleep
) -> Generator[duckdb.DuckDBPyConnection]:
    """Open the file for writing, with its tables; wait while another process has it open.

    Raises:
        DuckdbBusyError: It still has.
        ConfigurationError: The table is there with other columns.
        StorageError: The file cannot be written.
    """
    with _storage_errors(options.path):
        options.path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(options, sleep)
    try:
        with _storage_errors(options.path):
            connection.execute("SET TimeZone = 'UTC'")
            _create_tables(connection, _columns(options.zone))
        yield connection
    finally:
        connection.close()


def loaded_fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[date, str]:
    """Return the fingerprint of each day that is loaded."""
    return dict(connection.execute("SELECT dt, fingerprint FROM archive_days").fetchall())


def load_day(
    connection: duckdb.DuckDBPyConnection, partition: Partition, manifest: Manifest, zone: ZoneInfo
) -> int:
    """Replace a day's rows by those of its file; return how many.

    Raises:
        StorageError: The file is not what its manifest describes, or the disk is full. The old rows
            are kept.
    """
    if not is_intact(partition, manifest):
        message = (
            f"{partition.data} is damaged: its hash is not the manifest's. Archive the day again"
        )
        raise StorageError(message)
    with _storage_errors(partition.data), _transaction(connection):
        connection.execute(f"DELETE FROM {TABLE} WHERE dt = ?", [partition.day])  # noqa: S608 - a constant
        connection.execute(_insert(zone), [str(partition.data)])
        (rows,) = _row(connection, f"SELECT count(*) FROM {TABLE} WHERE dt = ?", [partition.day])  # noqa: S608
        if rows != manifest.rows:
            message = (
                f"{partition.data} has {manifest.rows} rows, {rows} of them on {partition.day}"
            )
            raise StorageError(message)
        connection.execute(
            "INSERT OR REPLACE INTO archive_days VALUES (?, ?, ?, now())",
            [partition.day, manifest.fingerprint, rows],
        )
    return rows


def _insert(zone: ZoneInfo) -> str:
    local = {"ts_jst": "Asia/Tokyo", "ts_local": zone.key}
    selected = (
        f"ts_utc AT TIME ZONE '{local[name]}' AS {name}" if name in local else name
        for name in _columns(zone)
    )
    source = "read_parquet(?, hive_partitioning = false)"
    return f"INSERT INTO {TABLE} BY NAME SELECT {', '.join(selected)} FROM {source}"  # noqa: S608


def _columns(zone: ZoneInfo) -> dict[str, str]:
    return COLUMNS if zone.key == "Asia/Tokyo" else COLUMNS | LOCAL_TIME


def _create_tables(connection: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> None:
    definition = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    with _transaction(connection):
        connection.execute(DAYS)
        if not connection.execute(f"FROM duckdb_tables() WHERE table_name = '{TABLE}'").fetchone():
            connection.execute(f"CREATE TABLE {TABLE} ({definition})")
            connection.execute(
                "DELETE FROM archive_days"
            )  # somebody dropped the rows with the table
    described = connection.execute(f"DESCRIBE {TABLE}").fetchall()
    found = {name: type_ for name, type_, *_ in described}
    if found != columns:
        message = f"DuckDB's table {TABLE} has the columns {found} instead of {columns}: "
        message += "another program or another TZ made it. Rename it; the days are loaded again"
        raise ConfigurationError(message)


def _connect(options: DuckdbOptions, sleep: Callable[[float], object]) -> duckdb.DuckDBPyConnection:
    attempts = 1 + int(options.busy_wait.total_seconds() / RETRY_SECONDS)
    for left in reversed(range(attempts)):
        try:
            return duckdb.connect(options.path, config=_config(options))
        except duckdb.IOException as error:
            if BUSY_TEXT not in str(error):
                raise
            if not left:
                message = f"DuckDB is open in another process: {error}"
                raise DuckdbBusyError(message) from error
            LOG.warning("%s; trying again in %.0f s", error, RETRY_SECONDS)
        sleep(RETRY_SECONDS)
    raise AssertionError


def _config(options: DuckdbOptions) -> dict[str, str | float | list[str]]:
    return {
        "memory_limit": options.memory_limit,
        "threads": options.threads,
        "temp_directory": str(options.path.parent / ".duckdb-tmp"),
    }


def _row(connection: duckdb.DuckDBPyConnection, query: str, values: list) -> tuple:
    found = connection.execute(query, values).fetchone()
    if found is None:
        raise LookupError(query)
    return found


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _storage_errors(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(storage_text(path.parent, error)) from error
    except (duckdb.IOException, duckdb.TransactionException) as error:
        # A commit that finds the disk full is a TransactionException.
        if "Permission denied" in str(error):
            raise StorageError(storage_text(path.parent, PermissionError())) from error
        message = f"DuckDB: {error}"
        raise StorageError(message) from error
