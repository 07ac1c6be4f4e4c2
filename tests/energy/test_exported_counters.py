"""Counters as the field gives them, from the poll to the API.

A real exporter's readers, counters and metrics page on a clock of the test; its scrapes in the
real vmsingle; the BFF's ledger; and what `/cost` responds.
"""

import time as real_time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from exporter_kit import Exporter, Poll
from exporter_kit.testing import BEGIN, Rig, Time
from home_model.errors import UnreachableError
from home_model.load import load_home
from home_model.readings import Reading
from home_model.sources import NativeSource
from testbed.bff import bff, settings_of
from testbed.victoria_metrics import VictoriaMetrics

HOME = """\
house: home
time_zone: UTC
currency: JPY
rooms:
  - room: work
    shelves: [{shelf: rack_1}]
devices:
  - device: plug
    room: work
    shelf: rack_1
    sources: [{source: native, id: 60:55:f9:00:00:01, address: 192.0.2.1}]
"""
POLL_SECONDS, SCRAPE_SECONDS = 60.0, 60.0
HOUR = 3600.0

# The counter at so many hours since the begin, in kWh; None while the plug has no electricity.
type CounterAt = Callable[[float], float | None]
type Json = dict[str, Any]


@dataclass
class Plug:
    """A plug with a counter of its own, on the test's clock."""

    time: Time
    kwh_at: CounterAt
    watts_at: Callable[[float], float | None] = field(default=lambda _: None)

    async def read(self, _: NativeSource) -> Reading:
        """Give the counter, and the power where the plug shows it."""
        hours = self.time.seconds / HOUR
        kwh = self.kwh_at(hours)
        if kwh is None:
            message = "no route to host"
            raise UnreachableError(message)
        return Reading(
            at=self.time.now(), energy_lifetime_kwh=kwh, power_watts=self.watts_at(hours)
        )


async def scrape_for(hours: float, plug: Plug, folder: Path, vm: VictoriaMetrics) -> None:
    """Poll and scrape so long, and write every scrape into VictoriaMetrics."""
    home_file = folder / "devices.yaml"
    home_file.write_text(HOME, "utf-8")
    exporter = Exporter(readers=(Poll(NativeSource, plug.read),))
    rig = Rig(exporter, plug.time, folder, interval_seconds=POLL_SECONDS)
    rig.readers.apply(load_home(home_file))
    lines: list[str] = []
    for _ in range(round(hours * HOUR / SCRAPE_SECONDS)):
        await plug.time.pass_by(SCRAPE_SECONDS)
        rig.metrics()
        page, _ = rig.readers.page.text("text/plain")
        at_ms = round(plug.time.now().timestamp() * 1000)
        lines += [
            f"{line} {at_ms}" for line in page.decode().splitlines() if line.startswith("tplink")
        ]
    await rig.stop()
    vm.post("/api/v1/import/prometheus", content="\n".join(lines))
    vm.settle()


def total(folder: Path, vm: VictoriaMetrics, hours: float) -> Json:
    """The device's figures over so many hours, by a BFF process."""
    question = {
        "from": BEGIN.isoformat(),
        "to": (BEGIN + timedelta(hours=hours)).isoformat(),
        "device": "plug",
    }
    with bff(folder, settings_of(folder, vm.url, folder / "devices.yaml")) as started:
        deadline = real_time.monotonic() + 60
        while (answer := started.http.get("/cost", params=question)).status_code == (
            httpx.codes.SERVICE_UNAVAILABLE
        ):
            assert real_time.monotonic() < deadline, answer.text
            real_time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


@pytest.mark.long
async def test_a_wallbox_of_7_kw_counts_all_of_its_charge(
    tmp_path: Path, vm: VictoriaMetrics
) -> None:
    """Idle, then two hours of 7 kW: 14 kWh, although one rise of a plug is held to 4 kW."""

    def kwh_at(hours: float) -> float:
        return round(1200 + 7 * min(max(hours - 3, 0), 2), 3)

    await scrape_for(8, Plug(Time(), kwh_at), tmp_path, vm)
    assert float(total(tmp_path, vm, 8)["energy_kwh"]) == pytest.approx(14, abs=0.3)


@pytest.mark.long
async def test_a_counter_that_is_renewed_hourly_counts(tmp_path: Path, vm: VictoriaMetrics) -> None:
    """500 W on a cloud that renews its value each hour: at most one renewal is missing."""

    def kwh_at(hours: float) -> float:
        return 800 + 0.5 * int(hours)

    await scrape_for(48, Plug(Time(), kwh_at), tmp_path, vm)
    assert float(total(tmp_path, vm, 48)["energy_kwh"]) == pytest.approx(23.75, abs=0.75)


@pytest.mark.long
async def test_an_older_value_restored_after_a_power_cut_is_no_energy(
    tmp_path: Path, vm: VictoriaMetrics
) -> None:
    """The counter of Friday comes back on Monday, and later its true value again: no 100 kWh."""

    def kwh_at(hours: float) -> float | None:
        if hours < 10:
            return 500 + 0.1 * hours
        return None if hours < 58 else 400 + 0.1 * (hours - 58)

    await scrape_for(70, Plug(Time(), kwh_at), tmp_path, vm)
    found = total(tmp_path, vm, 70)
    assert float(found["energy_kwh"]) == pytest.approx(2.2, abs=0.05)


@pytest.mark.long
async def test_a_power_cut_loses_nothing_and_invents_nothing(
    tmp_path: Path, vm: VictoriaMetrics
) -> None:
    """Three hours without electricity: the counter goes on from where it was."""

    def kwh_at(hours: float) -> float | None:
        if 10 <= hours < 13:
            return None
        return 500 + 0.2 * (hours if hours < 10 else hours - 3)

    await scrape_for(24, Plug(Time(), kwh_at), tmp_path, vm)
    found = total(tmp_path, vm, 24)
    assert float(found["energy_kwh"]) == pytest.approx(4.2, abs=0.02)


@pytest.mark.long
async def test_a_counter_of_100_watt_hours_a_step_counts(
    tmp_path: Path, vm: VictoriaMetrics
) -> None:
    """60 W for a day on steps of 0.1 kWh, within one step."""

    def kwh_at(hours: float) -> float:
        return int((700 + 0.06 * hours) * 10 + 1e-6) / 10

    await scrape_for(24, Plug(Time(), kwh_at), tmp_path, vm)
    found = total(tmp_path, vm, 24)
    assert float(found["energy_kwh"]) == pytest.approx(1.44, abs=0.1)
    assert found["coverage"]["missing_seconds"] < 200


@pytest.mark.long
async def test_a_false_high_value_is_no_energy_and_no_loss(
    tmp_path: Path, vm: VictoriaMetrics
) -> None:
    """A held-back rise that is booked at once looks like no jump to the ledger."""

    def kwh_at(hours: float) -> float:
        is_false = 5 <= hours < 5.1
        return (90_000 if is_false else 500) + 1.5 * hours

    await scrape_for(12, Plug(Time(), kwh_at), tmp_path, vm)
    found = total(tmp_path, vm, 12)
    assert float(found["energy_kwh"]) == pytest.approx(18, abs=0.1)
    assert found["coverage"]["missing_seconds"] < 200
