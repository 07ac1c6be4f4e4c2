"""A device keeps the past of every source that it ever had, on the real vmsingle."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]

MAY = datetime(2026, 4, 30, 15, tzinfo=UTC)
HOURS = timedelta(hours=1)
RANGE = {"from": "2026-05-01T00:00:00+09:00", "to": "2026-06-01T00:00:00+09:00", "device": "a"}
TAPO = "{source: native, id: 0000000000A1, address: 192.0.2.1}"


def use(vm: VictoriaMetrics, name: str, source: str, start: datetime, kwh: float) -> None:
    """Ten hours of 60 W from a counter's value on."""
    labels = {"house": "home", "room": "work", "shelf": "rack_1", "device": "a", "source": source}
    points = [
        ((start + timedelta(minutes=step)).timestamp(), kwh + step / 1000) for step in range(601)
    ]
    vm.import_samples({"__name__": name} | labels, points)


def exchange(vm: VictoriaMetrics, home_file: Path) -> None:
    """A SwitchBot plug until the middle of May, a Tapo plug since then; one is configured."""
    use(vm, "switchbot_energy_total_kwh", "cloud", MAY, 700)
    use(vm, "tplink_native_energy_total_kwh", "native", MAY + 15 * 24 * HOURS, 3)
    home = home_file.read_text("utf-8")
    home_file.write_text(home.replace("{source: cloud, id: 0000000000A1}", TAPO), "utf-8")


def get(api: httpx.Client, path: str, params: dict[str, str]) -> Json:
    deadline = time.monotonic() + 60
    while (answer := api.get(path, params=params)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()


def test_a_plug_that_was_exchanged_keeps_its_part_of_the_month(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """What the former source measured counts where the present one has no data."""
    exchange(vm, home_file)
    api = open_bff(vm.url)
    total = get(api, "/cost", RANGE)["total"]
    assert float(total["energy_kwh"]) == pytest.approx(1.2, abs=1e-6)
    assert total["coverage"]["measured_seconds"] == 20 * 3600


def test_explanation_and_reconciliation_name_the_former_source_where_it_measured(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """And nowhere else."""
    exchange(vm, home_file)
    api = open_bff(vm.url)
    first = {"from": "2026-05-01T00:00:00+09:00", "to": "2026-05-01T05:00:00+09:00", "device": "a"}
    slots = get(api, "/explain", first)["slots"]
    assert {slot["source"] for slot in slots} == {"cloud"}
    later = {"from": "2026-05-16T00:00:00+09:00", "to": "2026-05-16T10:00:00+09:00", "device": "a"}
    rows = get(api, "/reconcile", later)["rows"]
    assert {row["source"] for row in rows} == {"native"}
    inside = first | {"to": "2026-05-01T04:07:30+09:00"}
    kwh = float(get(api, "/cost", inside)["total"]["energy_kwh"])
    assert kwh == pytest.approx(0.2475, abs=1e-6)


def test_two_sources_in_one_slot_count_once(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path
) -> None:
    """A former source that still writes does not add to the present one."""
    exchange(vm, home_file)
    use(vm, "switchbot_energy_total_kwh", "cloud", MAY + 15 * 24 * HOURS, 800)
    api = open_bff(vm.url)
    assert float(get(api, "/cost", RANGE)["total"]["energy_kwh"]) == pytest.approx(1.2, abs=1e-6)
