"""`/devices/{device}/curves` over HTTP, on the real vmsingle."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]

BEGINS = datetime(2026, 3, 8, 15, tzinfo=UTC)  # midnight in Tokyo
DAY = timedelta(days=1)
LABELS = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}
POWER = {"__name__": "switchbot_power_watts"}


def curves(api: httpx.Client, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters
    asked = {"from": BEGINS.isoformat(), "to": (BEGINS + DAY).isoformat()} | query
    return api.get("/devices/a/curves", params=asked).raise_for_status().json()


@pytest.fixture
def api(open_bff: OpenBff, vm: VictoriaMetrics) -> httpx.Client:
    """60 W each 20 s for a day, with a peak of one sample and an hour of silence; moved at noon."""
    points = [
        ((BEGINS + timedelta(seconds=20 * step)).timestamp(), 900.0 if step == 1_000 else 60.0)
        for step in range(3 * 1440)
        if not 2_000 <= step < 2_180
    ]
    half = len(points) // 2
    vm.import_samples(POWER | LABELS, points[:half])
    vm.import_samples(POWER | LABELS | {"shelf": "moved"}, points[half:])
    return open_bff(vm.url, now=lambda: BEGINS + DAY)


def test_a_day_keeps_its_peak_and_its_silence(api: httpx.Client) -> None:
    """Minutes from midnight; the peak is in its own minute alone, silence is null."""
    day = curves(api)
    assert (day["step_seconds"], day["quantity"]) == (60, "power_watts")
    [source] = day["sources"]
    assert source["source"] == "cloud"
    assert len(source["low"]) == len(source["high"]) == 1440
    assert source["high"][1_000 // 3] == 900.0
    assert source["low"][1_000 // 3] == 60.0
    assert [step for step, value in enumerate(source["high"]) if value == 900.0] == [1_000 // 3]
    silent = [step for step, value in enumerate(source["low"]) if value is None]
    assert silent == list(range(667, 726))


def test_a_longer_time_has_longer_steps(api: httpx.Client) -> None:
    """Never more than 1,500; what is not there yet is null."""
    month = curves(api, to=(BEGINS + 30 * DAY).isoformat())
    [source] = month["sources"]
    assert (month["step_seconds"], len(source["high"])) == (1_800, 1_440)
    assert max(value or 0 for value in source["high"]) == 900.0
    assert source["high"][-1] is None


def test_what_was_never_measured_has_no_curve(api: httpx.Client) -> None:
    """Not a line of zeros."""
    assert curves(api, quantity="temperature_celsius")["sources"] == []


def test_a_board_that_measures_minutes_apart_has_a_line(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Not single points with nothing between; an hour of silence is a gap all the same."""
    board = "{source: esp32, id: esp32-kitchen}"
    text = home_file.read_text("utf-8").replace("{source: cloud, id: 0000000000A1}", board)
    home_file.write_text(text, encoding="utf-8")
    points = [
        ((BEGINS + timedelta(minutes=5 * step)).timestamp(), 21.5 + step % 2)
        for step in range(288)
        if not 100 <= step < 112
    ]
    of_board = LABELS | {"source": "esp32", "__name__": "esp32_temperature_celsius"}
    vm.import_samples(of_board, points)
    day = curves(open_bff(vm.url, now=lambda: BEGINS + DAY), quantity="temperature_celsius")
    [source] = day["sources"]
    silent = [step for step, value in enumerate(source["low"]) if value is None]
    assert silent == list(range(505, 560))
    assert {*source["low"], *source["high"]} == {None, 21.5, 22.5}


def test_a_range_without_time_is_refused(api: httpx.Client) -> None:
    """And an unknown device, and a quantity that there is not."""
    query = {"from": BEGINS.isoformat(), "to": BEGINS.isoformat()}
    assert api.get("/devices/a/curves", params=query).status_code == 422
    query["to"] = (BEGINS + 2_000 * DAY).isoformat()
    assert api.get("/devices/a/curves", params=query).status_code == 422
    query["to"] = (BEGINS + DAY).isoformat()
    assert api.get("/devices/nobody/curves", params=query).status_code == 404
    assert api.get("/devices/a/curves", params=query | {"quantity": "x"}).status_code == 422
