"""The service `measurements` as a process of its own, and what it has stored."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from testbed.process import free_port, running

COMMAND = (sys.executable, "-m", "measurements")

type Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Measurements:
    """Where boards send to, the token of one of them, and the database.

    Attributes:
        token: Of the board `device_id`.
    """

    url: str
    health_url: str
    device_id: str
    token: str
    database: Path

    def stored(self, boots: set[int]) -> list[Mapping[str, Any]]:
        """Return every stored row of some starts of the board, in the order of its numbers."""
        return [row for row in self._rows("device_measurements") if row["boot"] in boots]

    def identities(self, boots: set[int]) -> list[Identity]:
        """Return start and number of every stored row of some starts, as often as it is there."""
        return [(row["boot"], row["seq"]) for row in self.stored(boots)]

    def raw(self) -> list[Mapping[str, Any]]:
        """Return every row that was kept raw."""
        return self._rows("raw_measurements")

    def instants_ms(self, boots: set[int]) -> list[int]:
        """Return when each stored row of some starts was recorded, in Unix milliseconds."""
        return [round(recorded_at(row).timestamp() * 1000) for row in self.stored(boots)]

    def _rows(self, table: str) -> list[Mapping[str, Any]]:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")]  # noqa: S608 - a name from above


def recorded_at(row: Mapping[str, Any]) -> datetime:
    """Return when a stored row was recorded; SQLite keeps it as UTC without a zone."""
    return datetime.fromisoformat(row["recorded_at"]).replace(tzinfo=UTC)


@contextmanager
def measurements(
    folder: Path, home: str, device_id: str, **changed: str
) -> Generator[Measurements]:
    """Run the service on SQLite for the length of a `with` block.

    Args:
        folder: For the database, the configuration and the log.
        home: The text of `devices.yaml`.
        device_id: The board that gets a token.
        **changed: Settings of the service's own.
    """
    config_file, database = folder / "devices.yaml", folder / "measurements.db"
    config_file.write_text(home, encoding="utf-8")
    settings = {
        **os.environ,
        "CONFIG_FILE": str(config_file),
        "DATABASE_URL": f"sqlite:///{database}",
        "MEASUREMENTS_PORT": str(free_port()),
        "LISTEN_PORT": str(free_port()),
        # Boards of tests have a day in a second.
        "MAX_REQUESTS_PER_MINUTE": "1000000",
        **changed,
    }
    token = subprocess.run(
        (*COMMAND, "token", "add", device_id),
        env=settings,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    health_url = f"http://127.0.0.1:{settings['LISTEN_PORT']}"
    log = folder / "measurements.log"
    with running(COMMAND, ready_url=f"{health_url}/readyz", log=log, env=settings):
        url = f"http://127.0.0.1:{settings['MEASUREMENTS_PORT']}"
        yield Measurements(url, health_url, device_id, token, database)
