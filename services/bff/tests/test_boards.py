"""Energy of a board, as `services/measurements` passes it on: late, and never across a gap."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service_kit.waiting import poll_until
from testbed.process import wait_limit_seconds
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]

START = datetime(2026, 5, 9, 15, tzinfo=UTC)
LABELS = {"house": "home", "room": "work", "shelf": "rack_1", "device": "a", "source": "esp32"}
RANGE = {"from": "2026-05-10T00:00:00+09:00", "to": "2026-05-11T00:00:00+09:00", "device": "a"}
STEP_MINUTES = 5
WATTS = 12.0


def place(home_file: Path) -> None:
    """Make `a` a board."""
    board = "{source: esp32, id: esp32-kitchen}"
    text = home_file.read_text("utf-8").replace("{source: cloud, id: 0000000000A1}", board)
    home_file.write_text(text, encoding="utf-8")


def push(vm: VictoriaMetrics, minutes: Sequence[int], kwh: float) -> None:
    """Write a counter of 12 W from a value on, one sample in five minutes."""
    points = [
        ((START + timedelta(minutes=at)).timestamp(), kwh + (at - minutes[0]) * WATTS / 60_000)
        for at in minutes
    ]
    vm.import_samples({"__name__": "esp32_energy_total_kwh", **LABELS}, points)


def figures(api: httpx.Client) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=RANGE)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


def test_what_a_board_sends_late_is_in_the_slots_in_which_it_was_used(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Two hours, then two more that arrive after the slots of the day were made."""
    place(home_file)
    push(vm, range(0, 121, STEP_MINUTES), 0.0)
    api = open_bff(vm.url)
    first = figures(api)
    assert float(first["energy_kwh"]) == pytest.approx(0.024, abs=1e-6)
    assert first["coverage"]["measured_seconds"] == 2 * 3600
    push(vm, range(125, 241, STEP_MINUTES), 0.024 + STEP_MINUTES * WATTS / 60_000)
    assert poll_until(
        lambda: figures(api)["coverage"]["measured_seconds"] == 4 * 3600,
        wait_limit_seconds(),
        interval_seconds=0.5,
    )
    assert float(figures(api)["energy_kwh"]) == pytest.approx(0.048, abs=1e-6)


def test_a_time_in_which_the_board_measured_nothing_is_missing(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Its counter cannot have counted then: three hours are missing, not zero."""
    place(home_file)
    push(vm, range(0, 61, STEP_MINUTES), 0.0)
    push(vm, range(240, 301, STEP_MINUTES), 0.012)
    total = figures(open_bff(vm.url))
    assert total["coverage"]["measured_seconds"] == 2 * 3600
    assert total["coverage"]["estimated_seconds"] == 0
    assert float(total["energy_kwh"]) == pytest.approx(0.024, abs=1e-6)
