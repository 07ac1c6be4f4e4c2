"""A real InfluxDB 1.x with an empty or given data folder."""

import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from testbed.process import free_port, running


@dataclass(frozen=True, slots=True)
class InfluxDB:
    """A client of one server, and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def create_database(self, name: str) -> None:
        """Create a database with unlimited retention."""
        self.query(f'CREATE DATABASE "{name}"')

    def select(self, query: str, database: str) -> list[dict[str, Any]]:
        """Return the rows of an InfluxQL query as mappings, times in Unix nanoseconds.

        The tags of a GROUP BY are columns too.
        """
        (result,) = self.query(query, db=database, epoch="ns")
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], row, strict=True))}
            for series in result.get("series", ())
            for row in series["values"]
        ]

    def query(self, query: str, **params: str) -> list[dict[str, Any]]:
        """Return the results of InfluxQL statements.

        Raises:
            AssertionError: A statement failed.
        """
        answer = httpx.post(
            f"{self.url}/query", params=params, data={"q": query}, trust_env=False, timeout=60
        )
        results = answer.raise_for_status().json()["results"]
        assert not any("error" in result for result in results), results  # noqa: S101 - for tests
        return results


@contextmanager
def influxdb(
    folder: Path, *, port: int | None = None, env: Mapping[str, str] | None = None
) -> Generator[InfluxDB]:
    """Run influxd on free loopback ports.

    Args:
        folder: Keeps the data; the same folder again has the same data.
        port: Of the HTTP API; default: a free one.
        env: Further settings, such as `INFLUXDB_HTTP_AUTH_ENABLED`.
    """
    url = f"http://127.0.0.1:{port or (port := free_port())}"
    settings = {
        "INFLUXDB_REPORTING_DISABLED": "true",
        "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{free_port()}",
        "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}",
        "INFLUXDB_META_DIR": str(folder / "meta"),
        "INFLUXDB_DATA_DIR": str(folder / "data"),
        "INFLUXDB_DATA_WAL_DIR": str(folder / "wal"),
        # Its statistics of itself would be written each ten seconds.
        "INFLUXDB_MONITOR_STORE_ENABLED": "false",
        **(env or {}),
    }
    log = folder / "influxd.log"
    command = ["influxd", "-config", os.devnull]
    with running(
        command, ready_url=f"{url}/ping", log=log, env={**os.environ, **settings}
    ) as process:
        yield InfluxDB(url, process)
