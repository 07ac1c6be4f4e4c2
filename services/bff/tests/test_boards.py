"""Energy of a board by its power: late, behind newer samples, and never across a gap."""

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


def push(vm: VictoriaMetrics, minutes: Sequence[int], watts: float = WATTS) -> None:
    """Write the power of a board, as the service passes it on."""
    points = [((START + timedelta(minutes=at)).timestamp(), watts) for at in minutes]
    vm.import_samples({"__name__": "esp32_power_watts", **LABELS}, points)


def figures(api: httpx.Client) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=RANGE)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


def wait_for_measured(api: httpx.Client, seconds: int) -> None:
    assert poll_until(
        lambda: figures(api)["coverage"]["measured_seconds"] == seconds,
        wait_limit_seconds(),
        interval_seconds=0.5,
    )


def test_what_a_board_sends_late_is_in_the_slots_in_which_it_was_used(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Also behind newer measurements, after the slots of the day were made from these."""
    place(home_file)
    push(vm, range(0, 61, STEP_MINUTES))
    push(vm, range(180, 241, STEP_MINUTES))
    api = open_bff(vm.url)
    first = figures(api)
    assert float(first["energy_kwh"]) == pytest.approx(0.024, abs=1e-6)
    assert first["coverage"]["measured_seconds"] == 2 * 3600
    push(vm, range(65, 180, STEP_MINUTES))
    wait_for_measured(api, 4 * 3600)
    assert float(figures(api)["energy_kwh"]) == pytest.approx(0.048, abs=1e-6)
    push(vm, range(245, 301, STEP_MINUTES))
    wait_for_measured(api, 5 * 3600)
    assert float(figures(api)["energy_kwh"]) == pytest.approx(0.06, abs=1e-6)


def test_a_time_in_which_the_board_measured_nothing_is_missing(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Three hours are missing: neither zero nor estimated."""
    place(home_file)
    push(vm, range(0, 61, STEP_MINUTES))
    push(vm, range(240, 301, STEP_MINUTES))
    total = figures(open_bff(vm.url))
    assert total["coverage"]["measured_seconds"] == 2 * 3600
    assert total["coverage"]["estimated_seconds"] == 0
    assert float(total["energy_kwh"]) == pytest.approx(0.024, abs=1e-6)


def test_the_live_counter_of_a_board_is_for_dashboards_only(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """The ledger integrates the power; `/reconcile` names why the counter differs."""
    place(home_file)
    push(vm, range(0, 61, STEP_MINUTES))
    counter = {"__name__": "esp32_energy_total_kwh", **LABELS}
    points = [((START + timedelta(minutes=at)).timestamp(), at / 10) for at in range(0, 61, 5)]
    vm.import_samples(counter, points)
    api = open_bff(vm.url)
    assert float(figures(api)["energy_kwh"]) == pytest.approx(0.012, abs=1e-6)
    query = {"from": RANGE["from"], "to": RANGE["to"]}
    rows = api.get("/reconcile", params=query).raise_for_status().json()["rows"]
    [row] = [each for each in rows if each["device"] == "a"]
    assert float(row["source_kwh"]) == pytest.approx(0.012, abs=1e-6)
    assert float(row["increase_kwh"]) > 5
    assert row["readings_kwh"] is None
    assert [reason["kind"] for reason in row["reasons"]] == ["by_power"]
