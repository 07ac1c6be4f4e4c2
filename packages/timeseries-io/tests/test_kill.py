"""Killed at any point, with the real InfluxDB away in between: every committed point once."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from testbed.influxdb import influxdb
from testbed.process import free_port
from timeseries_io.delivery import Delivery
from timeseries_io.influxdb import InfluxDB1, InfluxWriter
from timeseries_io.outbox import define_outbox
from timeseries_io.sqlite import open_sqlite

PROGRAM = Path(__file__).with_name("enqueue_and_deliver.py")
ROUNDS = 12
OUTAGE = range(4, 8)


def run_and_kill(database: Path, url: str, first: int, lines: int) -> int:
    """Kill the program after it has committed so many points; return the last one."""
    command = [sys.executable, PROGRAM, database, url, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
        rest = process.stdout.read().split("\n")[:-1]
    return int(rest[-1]) if rest else first + lines - 1


@pytest.mark.long
def test_every_committed_point_arrives_once(tmp_path: Path) -> None:
    """Twelve kills, four of them during an outage; InfluxDB itself is restarted too."""
    port, chance = free_port(), random.Random(7)  # noqa: S311 - repeatable, not secret
    database, data = tmp_path / "outbox.db", tmp_path / "influxdb"
    data.mkdir()
    url, last = f"http://127.0.0.1:{port}", -1

    def rounds(numbers: range) -> None:
        nonlocal last
        for _ in numbers:
            last = run_and_kill(database, url, last + 1, chance.randrange(1, 60))

    with influxdb(data, port=port) as server:
        server.create_database("home")
        rounds(range(OUTAGE.start))
    rounds(OUTAGE)
    with influxdb(data, port=port) as server:
        rounds(range(OUTAGE.stop, ROUNDS))
        deliver_rest(database, url)
        rows = server.select("SELECT v FROM n", "home")
    found = [row["v"] for row in rows]
    # A point that was committed and killed before it was printed is there too, under a number
    # that the next round used again: the same series and time.
    assert found[: last + 1] == list(range(last + 1))
    assert len(found) <= last + 2


def deliver_rest(database: Path, url: str) -> None:
    """Send what the last killed process left."""
    engine, tables = open_sqlite(database), define_outbox(MetaData())
    writer = InfluxWriter(InfluxDB1(url, "home"))
    delivery = Delivery(engine, tables, writer.write, destination="InfluxDB")
    while delivery.deliver():
        pass
    writer.close()
    engine.dispose()
