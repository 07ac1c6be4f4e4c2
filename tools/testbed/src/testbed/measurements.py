"""The service `measurements` as a process of its own, and what it has stored."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, Table, create_engine, select

from testbed.process import free_port, running

COMMAND = (sys.executable, "-m", "measurements")

type Identity = tuple[int, int]
type Stored = Mapping[str, Any]


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
    engine: Engine

    def stored(self, boots: set[int]) -> list[Stored]:
        """Return every stored row of some starts of the board, in the order of its numbers."""
        return [row for row in self._rows("device_measurements") if row["boot"] in boots]

    def identities(self, boots: set[int]) -> list[Identity]:
        """Return start and number of every stored row of some starts, as often as it is there."""
        return [(row["boot"], row["seq"]) for row in self.stored(boots)]

    def raw(self) -> list[Stored]:
        """Return every row that was kept raw."""
        return self._rows("raw_measurements")

    def instants_ms(self, boots: set[int]) -> list[int]:
        """Return when each stored row of some starts was recorded, in Unix milliseconds."""
        return [round(row["recorded_at"].timestamp() * 1000) for row in self.stored(boots)]

    def _rows(self, name: str) -> list[Stored]:
        with self.engine.connect() as connection:
            table = Table(name, MetaData(), autoload_with=connection)
            found = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [{key: _in_utc(value) for key, value in row.items()} for row in found]


def _in_utc(value: object) -> object:
    """Return an instant with its zone, which SQLite does not keep; anything else as it is."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


@contextmanager
def measurements(
    folder: Path, home: str, device_id: str, database_url: str = "", **changed: str
) -> Generator[Measurements]:
    """Run the service for the length of a `with` block.

    Args:
        folder: For the configuration, the log and, without another database, an SQLite file.
        home: The text of `devices.yaml`.
        device_id: The board that gets a token.
        database_url: Of an empty database.
        **changed: Settings of the service's own.
    """
    config_file = folder / "devices.yaml"
    config_file.write_text(home, encoding="utf-8")
    database_url = database_url or f"sqlite:///{folder / 'measurements.db'}"
    settings = {
        **os.environ,
        "CONFIG_FILE": str(config_file),
        "DATABASE_URL": database_url,
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
    log, engine = folder / "measurements.log", create_engine(database_url)
    with running(COMMAND, ready_url=f"{health_url}/readyz", log=log, env=settings):
        url = f"http://127.0.0.1:{settings['MEASUREMENTS_PORT']}"
        yield Measurements(url, health_url, device_id, token, engine)
    engine.dispose()
