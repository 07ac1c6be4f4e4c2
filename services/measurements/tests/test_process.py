"""The service as a process: `kill -9` in the middle of a batch."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from board_service import DEVICE, NOW
from sqlalchemy import create_engine, select

from measurements.tables import MEASUREMENTS, OUTBOX
from measurements.tokens import create_token
from measurements.wiring import MIGRATIONS
from service_kit.database import open_database
from service_kit.waiting import poll_until
from testbed.power_cut import cut_power, select_after_cut
from testbed.process import free_port, running, wait_limit_seconds
from testbed.volume import Volume

BATCH = 40
SENDERS = 3
FEW_SEEDS, SEEDS = range(1), range(20)


@dataclass(frozen=True, slots=True)
class Started:
    """A running process and where boards send to it."""

    process: subprocess.Popen[bytes]
    url: str
    health_url: str


@pytest.fixture
def environment(database_url: str, home_file: Path) -> dict[str, str]:
    """The settings of a process for this test's database and home."""
    return {
        **os.environ,
        "CONFIG_FILE": str(home_file),
        "DATABASE_URL": database_url,
        # Nobody listens there: what is passed on waits.
        "VICTORIAMETRICS_URL": f"http://127.0.0.1:{free_port()}",
    }


@contextmanager
def started(environment: dict[str, str], log: Path) -> Generator[Started]:
    port, health_port = free_port(), free_port()
    env = environment | {"MEASUREMENTS_PORT": str(port), "LISTEN_PORT": str(health_port)}
    health_url = f"http://127.0.0.1:{health_port}"
    program = [sys.executable, "-m", "measurements"]
    with running(program, ready_url=f"{health_url}/readyz", log=log, env=env) as process:
        yield Started(process, f"http://127.0.0.1:{port}", health_url)


def line(sender: int, number: int) -> str:
    return json.dumps(
        {
            "deviceId": DEVICE,
            "recordedAt": f"2026-{1 + sender:02}-01T{number // 3600:02}:"
            f"{number // 60 % 60:02}:{number % 60:02}Z",
            "boot": sender,
            "seq": number,
            "temperature": number / 10,
            "payload": {"power_mw": number},
        }
    )


def send(url: str, token: str, lines: list[str]) -> httpx.Response:
    return httpx.post(
        f"{url}/api/measurements",
        content="".join(f"{each}\n" for each in lines),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
        timeout=60,
        trust_env=False,
    )


class Sender(threading.Thread):
    """Sends batch after batch, again and again until each is acknowledged.

    Attributes:
        acknowledged: How many lines the service has acknowledged.
    """

    def __init__(self, number: int, url: str, token: str, begin: int) -> None:
        super().__init__()
        self.acknowledged, self.number = begin, number
        self._url, self._token = url, token

    def run(self) -> None:
        """Send until the service is gone."""
        while True:
            numbers = range(self.acknowledged, self.acknowledged + BATCH)
            try:
                answer = send(self._url, self._token, [line(self.number, n) for n in numbers])
            except httpx.HTTPError:
                return
            content = answer.raise_for_status().json()
            assert content["received"] == BATCH
            assert content["new"] + content["duplicates"] == BATCH
            self.acknowledged += BATCH


def kill_while_boards_send(environment: dict[str, str], folder: Path, seed: int) -> None:
    """Kill the process twice; all that was acknowledged is stored and waits, once each."""
    chosen = random.Random(seed)  # noqa: S311 - instants of a test
    engine = open_database(environment["DATABASE_URL"], MIGRATIONS)
    with engine.begin() as connection:
        token = create_token(connection, DEVICE, NOW)
    engine.dispose()
    acknowledged = [0] * SENDERS
    for _ in range(2):
        with started(environment, folder / "log") as service:
            senders = [
                Sender(number, service.url, token, begin)
                for number, begin in enumerate(acknowledged)
            ]
            for sender in senders:
                sender.start()
            # Some batches later, in the middle of one.
            wanted = sum(acknowledged) + chosen.randint(1, 4) * BATCH
            assert poll_until(
                lambda: sum(each.acknowledged for each in senders) >= wanted,  # noqa: B023 - at once
                wait_limit_seconds(),
                interval_seconds=0.005,
            )
            time.sleep(chosen.uniform(0, 0.05))
            service.process.kill()
            for sender in senders:
                sender.join()
            acknowledged = [sender.acknowledged for sender in senders]
    check_stored(environment["DATABASE_URL"], acknowledged)


def check_stored(url: str, acknowledged: list[int]) -> None:
    engine = create_engine(url)
    columns = MEASUREMENTS.c
    with engine.connect() as connection:
        stored = connection.execute(select(columns.boot, columns.seq)).all()
        waiting = connection.execute(select(OUTBOX.entries.c.body)).scalars().all()
    engine.dispose()
    assert max(Counter(stored).values()) == 1
    expected = {(sender, n) for sender, end in enumerate(acknowledged) for n in range(end)}
    assert expected <= {tuple(row) for row in stored}
    assert any(acknowledged)
    passed_on = Counter(
        at
        for body in waiting
        for each in map(json.loads, body.split("\n"))
        if each["metric"]["__name__"] == "esp32_power_watts"
        for at in each["timestamps"]
    )
    # In the same transaction: exactly what is stored waits.
    assert len(passed_on) == len(stored)
    assert max(passed_on.values()) == 1


@pytest.fixture
def sqlite_environment(tmp_path: Path, home_file: Path) -> dict[str, str]:
    """The settings of a process whose SQLite database is alone in a folder."""
    (tmp_path / "volume").mkdir(exist_ok=True)
    return {
        **os.environ,
        "CONFIG_FILE": str(home_file),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'volume' / 'measurements.db'}",
        "VICTORIAMETRICS_URL": f"http://127.0.0.1:{free_port()}",
    }


def make_token(environment: dict[str, str]) -> str:
    engine = open_database(environment["DATABASE_URL"], MIGRATIONS)
    with engine.begin() as connection:
        token = create_token(connection, DEVICE, NOW)
    engine.dispose()
    return token


def test_a_power_cut_loses_no_acknowledged_measurement(
    sqlite_environment: dict[str, str], tmp_path: Path
) -> None:
    """The database and its journal, copied in the middle of writes, are whole when opened again."""
    token, folder = make_token(sqlite_environment), tmp_path / "volume"
    with started(sqlite_environment, tmp_path / "log") as service:
        sender = Sender(0, service.url, token, 0)
        sender.start()
        try:
            for copy in cut_power(service.process.pid, folder, tmp_path / "copies"):
                known = sender.acknowledged
                query = "SELECT seq FROM device_measurements ORDER BY seq"
                stored = [seq for (seq,) in select_after_cut(copy / "measurements.db", query)]
                assert stored == list(range(len(stored)))
                assert len(stored) >= known
                assert len(stored) % BATCH == 0
        finally:
            service.process.kill()
            sender.join()


def test_a_volume_that_becomes_read_only_or_full_is_named_to_boards(
    small_volume: Volume, sqlite_environment: dict[str, str], tmp_path: Path
) -> None:
    """503 with the cause, so that they keep what they measured; it goes on without a restart."""
    token = make_token(sqlite_environment)
    with started(sqlite_environment, tmp_path / "log") as service:
        assert send(service.url, token, [line(0, 0)]).status_code == 200
        small_volume.set_read_only(read_only=True)
        assert_refused(service, token, "database-read-only")
        small_volume.set_read_only(read_only=False)
        small_volume.fill()
        assert_refused(service, token, "disk-full")
        small_volume.empty()
        assert send(service.url, token, [line(0, 1)]).json()["new"] == 1
    assert "Traceback" not in (tmp_path / "log").read_text()


def assert_refused(service: Started, token: str, problem_type: str) -> None:
    lines = [line(0, number) for number in range(1, 900)]
    refused = send(service.url, token, lines)
    assert (refused.status_code, refused.json()["type"]) == (503, f"urn:ppms:{problem_type}")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_what_was_acknowledged_survives_kill_9(
    environment: dict[str, str], tmp_path: Path, seed: int
) -> None:
    """Stored once, and waiting for VictoriaMetrics once."""
    kill_while_boards_send(environment, tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_acknowledged_survives_many_kills(
    environment: dict[str, str], tmp_path: Path, seed: int
) -> None:
    """Twenty seeds."""
    kill_while_boards_send(environment, tmp_path, 1_000 + seed)
