"""The archive's batch as its users start it, on folders of a test."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

import duckdb

from homeiot_batch.run_archive import main

DAY = date(2026, 11, 26)


@dataclass(frozen=True, slots=True)
class Batch:
    """The folders and environment of one archive."""

    folder: Path
    env: dict[str, str]

    @property
    def parquet(self) -> Path:
        """PARQUET_BASE_DIR."""
        return self.folder / "parquet"

    @property
    def duckdb(self) -> Path:
        """DUCKDB_PATH."""
        return self.folder / "duckdb" / "home_energy.duckdb"

    def data(self, dataset: str = "raw_meter_readings", day: date = DAY) -> Path:
        """The file of one day."""
        return self.parquet / dataset / f"dt={day}" / "data.parquet"

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end within this process: imports are most of its time."""
        log = io.StringIO()
        with patch.dict(os.environ, self.env | env, clear=True), redirect_stderr(log), _kept_log():
            code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, "", log.getvalue())

    def run_alone(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the command as a process, as cron does."""
        return subprocess.run(
            self.command(*arguments),
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start the command; its log is `stderr`."""
        return subprocess.Popen(
            self.command(*arguments), env=self.env | env, stderr=subprocess.PIPE, text=True
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line that the users' cron has."""
        return [sys.executable, "-m", "homeiot_batch.run_archive", *arguments]

    @contextmanager
    def reading(self) -> Generator[subprocess.Popen[str]]:
        """Another process that has the DuckDB file open for reading, as a BI tool has."""
        code = f"import sys, duckdb; c = duckdb.connect({str(self.duckdb)!r}, read_only=True); "
        code += "print(1, flush=True); sys.stdin.read()"
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout  # noqa: S101 - for the type checker
            process.stdout.readline()
            yield process
        finally:
            process.communicate()

    def query(self, text: str) -> list[tuple]:
        """Ask the loaded DuckDB file."""
        with duckdb.connect(self.duckdb, read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(text).fetchall()


@contextmanager
def _kept_log() -> Generator[None]:
    """Give the log back to the test afterwards."""
    root = logging.getLogger()
    level, handlers, hook = root.level, root.handlers[:], sys.excepthook
    try:
        yield
    finally:
        root.handlers[:], sys.excepthook = handlers, hook
        root.setLevel(level)


type MakeBatch = Callable[..., Batch]
