"""`/devices/{device}/availability` over HTTP, on the real vmsingle."""

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


def availability(api: httpx.Client, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters
    asked = {"from": BEGINS.isoformat(), "to": (BEGINS + DAY).isoformat()} | query
    return api.get("/devices/a/availability", params=asked).raise_for_status().json()


def states(cell: dict[str, Any]) -> tuple[int, int, int]:
    return cell["up_seconds"], cell["down_seconds"], cell["silent_seconds"]


@pytest.fixture
def api(open_bff: OpenBff, vm: VictoriaMetrics) -> httpx.Client:
    """Two hours up, half an hour down, 90 minutes without its exporter, then up; each 30 s."""
    at = [(BEGINS + timedelta(seconds=30 * step)).timestamp() for step in range(1, 2 * 60 * 6 + 1)]
    down = range(240, 300)
    silent = range(300, 480)
    power = [(t, 60.0) for step, t in enumerate(at) if step not in {*down, *silent}]
    up = [(t, 0.0 if step in down else 1.0) for step, t in enumerate(at) if step not in silent]
    vm.import_samples(LABELS | {"__name__": "switchbot_power_watts"}, power)
    vm.import_samples(LABELS | {"__name__": "switchbot_device_up"}, up)
    return open_bff(vm.url, now=lambda: BEGINS + timedelta(hours=6))


def test_each_hour_is_divided_into_up_down_and_silent(api: httpx.Client) -> None:
    """To the minute; hours that have not passed are left out, and all adds up."""
    shown = availability(api)
    assert (shown["step_seconds"], shown["resolution_seconds"]) == (3_600, 60)
    assert [states(cell) for cell in shown["cells"]] == [
        (3_600, 0, 0),
        (3_600, 0, 0),
        (0, 1_800, 1_800),
        (0, 0, 3_600),
        (3_600, 0, 0),
        (3_600, 0, 0),
    ]
    assert states(shown) == (4 * 3_600, 1_800, 5_400)


def test_a_running_hour_has_what_has_passed_of_it(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """Its other minutes are not silent, they are not there yet."""
    at = [(BEGINS + timedelta(seconds=30 * step)).timestamp() for step in range(1, 61)]
    vm.import_samples(LABELS | {"__name__": "switchbot_power_watts"}, [(t, 5.0) for t in at])
    api = open_bff(vm.url, now=lambda: BEGINS + timedelta(minutes=30, seconds=20))
    assert [states(cell) for cell in availability(api)["cells"]] == [(1_800, 0, 0)]


def test_any_source_that_reads_makes_the_device_up(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """Bluetooth alone is enough, while the cloud is down."""
    kettle = LABELS | {"device": "kettle"}
    at = [(BEGINS + timedelta(seconds=30 * step)).timestamp() for step in range(1, 121)]
    ble = kettle | {"source": "ble", "__name__": "switchbot_power_watts"}
    vm.import_samples(ble, [(t, 5.0) for t in at])
    cloud = kettle | {"__name__": "switchbot_device_up"}
    vm.import_samples(cloud, [(t, 0.0) for t in at])
    api = open_bff(vm.url, now=lambda: BEGINS + timedelta(hours=1))
    query = {"from": BEGINS.isoformat(), "to": (BEGINS + DAY).isoformat()}
    shown = api.get("/devices/kettle/availability", params=query).raise_for_status().json()
    assert states(shown) == (3_600, 0, 0)


def test_a_board_that_measures_minutes_apart_is_not_silent_between(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """Each five minutes is how it measures."""
    board = "{source: esp32, id: esp32-kitchen}"
    text = home_file.read_text("utf-8").replace("{source: cloud, id: 0000000000A1}", board)
    home_file.write_text(text, encoding="utf-8")
    of_board = LABELS | {"source": "esp32", "__name__": "esp32_power_watts"}
    at = [(BEGINS + timedelta(minutes=5 * step)).timestamp() for step in range(13)]
    vm.import_samples(of_board, [(t, 0.8) for t in at])
    api = open_bff(vm.url, now=lambda: BEGINS + timedelta(hours=1))
    assert states(availability(api)) == (3_600, 0, 0)


def test_a_long_range_has_days_and_a_wrong_one_is_refused(api: httpx.Client) -> None:
    """A year is counted by day; nothing, and more than 1,800 days, is no range."""
    year = availability(api, **{"from": (BEGINS - 360 * DAY).isoformat()})
    assert (year["step_seconds"], year["resolution_seconds"]) == (86_400, 600)
    assert len(year["cells"]) == 361
    query = {"from": BEGINS.isoformat(), "to": BEGINS.isoformat()}
    assert api.get("/devices/a/availability", params=query).status_code == 422
    query["to"] = (BEGINS + 2_000 * DAY).isoformat()
    assert api.get("/devices/a/availability", params=query).status_code == 422
    assert api.get("/devices/nobody/availability", params=query).status_code == 404
