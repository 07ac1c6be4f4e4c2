"""`kill -9` at any point: the ledger goes on where it was, and ends up the same."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type StartBff = Callable[..., Bff]

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 100
RANGE = {"from": START.isoformat(), "to": (START + timedelta(days=DAYS)).isoformat()}


def use(vm: VictoriaMetrics, device: str, watts: int) -> None:
    """One sample every two minutes, with an hour of silence each day."""
    labels = {"house": "home", "room": "work", "shelf": "s", "device": device, "source": "cloud"}
    minutes = [minute for minute in range(0, DAYS * 1440, 2) if minute % 1440 > 60]
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels,
        [(START.timestamp() + 60 * minute, watts * minute / 60_000) for minute in minutes],
    )


def by_day(bff: Bff) -> Any:  # noqa: ANN401 - it is JSON
    """The answer, as soon as there is one."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = bff.http.get("/cost", params=RANGE | {"by": "day"})
        if answer.status_code != 503:
            return answer.raise_for_status().json()
    raise TimeoutError(answer.text)


def wait_until_dirty(bff: Bff, at_most: int) -> None:
    """Until a rebuild has made so much that only so many slots are left."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        left = bff.http.get("/ledger").json()["dirty_slots"]
        if 0 < left <= at_most:
            return
    raise TimeoutError(left)


@pytest.mark.long
def test_kill_9_in_the_middle_of_rebuilds_changes_nothing(
    start_bff: StartBff, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Killed with much, some and little left to do; afterwards equal to an undisturbed ledger."""
    for device, watts in (("a", 100), ("b", 700), ("c", 3)):
        use(vm, device, watts)
    for at_most in (3 * DAYS * 96, 2 * DAYS * 96, DAYS * 96):
        running = start_bff()
        by_day(running)
        running.http.post("/ledger/rebuild").raise_for_status()
        wait_until_dirty(running, at_most)
        running.process.kill()
        running.process.wait()
    survived = start_bff()
    after = by_day(survived)
    survived.process.terminate()
    survived.process.wait()
    undisturbed = start_bff(DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    assert after == by_day(undisturbed)
    assert after["total"]["energy_kwh"].startswith("1926.34")
