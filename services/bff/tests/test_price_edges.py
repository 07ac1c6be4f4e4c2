"""Prices that begin and end inside of slots: exact, quick, and the same once samples are lost."""

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from service_kit.waiting import poll_until
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LABELS = {"house": "home", "room": "work", "shelf": "rack_1", "source": "cloud"}
KWH_PER_SECOND = Decimal("0.00001")  # 36 W


def write_minutes(vm: VictoriaMetrics, device: str, kwh: Sequence[float]) -> None:
    """A sample each minute from START on."""
    metric = {"__name__": "switchbot_energy_total_kwh", "device": device} | LABELS
    begin = START.timestamp()
    vm.import_samples(metric, [(begin + 60 * n, value) for n, value in enumerate(kwh)])


def set_prices(api: httpx.Client, edges: Sequence[datetime], prices: Sequence[int]) -> None:
    """One price after the other; the last one holds on."""
    ends = [*(edge.isoformat() for edge in edges[1:]), ""]
    rows = (
        f"{price},{edge.isoformat()},{end}\n"
        for price, edge, end in zip(prices, edges, ends, strict=True)
    )
    content = "price_per_kwh,valid_from,valid_to\n" + "".join(rows)
    headers = {"Content-Type": "text/csv"}
    api.post("/unit_prices/csv", content=content, headers=headers).raise_for_status()


def total(api: httpx.Client, days: int) -> Json:
    """The total of some days from START on, as soon as there is an answer."""
    params = {"from": START.isoformat(), "to": (START + days * DAY).isoformat()}
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=params)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()["total"]


def exports(vm: VictoriaMetrics) -> int:
    """How often raw samples were fetched."""
    time.sleep(1.1)  # VictoriaMetrics makes the page anew once a second
    page = httpx.get(f"{vm.url}/metrics", trust_env=False).text
    pattern = r'^vm_http_requests_total{path="/api/v1/export"[^}]*} (\d+)'
    found = re.findall(pattern, page, re.MULTILINE)
    return sum(map(int, found))


def test_five_thousand_edges_off_the_grid_are_one_question(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Exact to the last digit; the samples of all edges are fetched in a few requests.

    `make bench` has the time that it takes.
    """
    days, count = 60, 5_000
    for device in ("a", "b"):
        write_minutes(vm, device, [round(5 + 0.0006 * n, 6) for n in range(days * 1440 + 2)])
    api = open_bff(vm.url)
    total(api, days)
    edges = [START - DAY, *(START + timedelta(seconds=1027 * n) for n in range(1, count))]
    prices = [20 + n % 17 for n in range(count)]
    set_prices(api, edges, prices)
    before = exports(vm)
    found = total(api, days)
    assert exports(vm) - before < 20
    lasted = [1027] * (count - 1) + [days * 86_400 - 1027 * (count - 1)]
    cost = sum(price * seconds for price, seconds in zip(prices, lasted, strict=True))
    assert Decimal(found["cost"]) == 2 * cost * KWH_PER_SECOND
    before = exports(vm)
    assert total(api, days) == found
    assert exports(vm) - before <= 1  # that of the open slots


EDGE = START + timedelta(days=1, hours=10, minutes=5)


def write_uneven(vm: VictoriaMetrics) -> None:
    """36 W; but 900 W for the two minutes before the edge."""
    kwh, minutes = [5.0], round((EDGE - START) / timedelta(minutes=1))
    for minute in range(4 * 1440):
        kwh.append(round(kwh[-1] + (0.015 if minutes - 2 <= minute < minutes else 0.0006), 6))
    write_minutes(vm, "a", kwh)


def lose_samples(vm: VictoriaMetrics) -> None:
    vm.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    vm.settle()


def saved_splits(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "bff.db")) as database:
        return database.execute("SELECT count(*) FROM ledger_splits").fetchone()[0]


def test_a_cost_that_was_shown_stays_when_its_samples_are_lost(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Where a slot was split at a price's edge is saved; at any other instant it is not."""
    write_uneven(vm)
    api = open_bff(vm.url)
    set_prices(api, [START - DAY, EDGE], [10, 40])
    shown = total(api, 3)
    other = {"from": (EDGE + timedelta(minutes=1)).isoformat(), "to": (START + 2 * DAY).isoformat()}
    api.get("/cost", params=other).raise_for_status()
    assert poll_until(lambda: saved_splits(tmp_path) > 0, 60)
    lose_samples(vm)
    assert total(open_bff(vm.url), 3) == shown
    assert saved_splits(tmp_path) == 1


def test_thousands_of_splits_stay_when_their_samples_are_lost(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Another BFF finds them all saved, by day, of each device."""
    days = 20
    for device, more in (("a", 2), ("b", 3), ("c", 5)):
        kwh = [round(5 + 0.0006 * n + 0.0002 * (n // more), 6) for n in range(days * 1440 + 2)]
        write_minutes(vm, device, kwh)
    api = open_bff(vm.url)
    total(api, days)
    edges = [START - DAY, *(START + timedelta(seconds=1027 * n) for n in range(1, 1_600))]
    set_prices(api, edges, [20 + n % 17 for n in range(1_600)])
    shown = total(api, days)
    assert poll_until(lambda: saved_splits(tmp_path) >= 3 * (days - 1), 60)
    for device in ("a", "b", "c"):
        vm.post(f'/api/v1/admin/tsdb/delete_series?match[]={{device="{device}"}}')
    vm.settle()
    assert total(open_bff(vm.url), days) == shown


def test_an_edge_inside_an_archived_slot_loses_no_energy(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """A price that is set after the samples are gone: its slot is split evenly."""
    write_uneven(vm)
    energy = total(open_bff(vm.url), 3)["energy_kwh"]
    lose_samples(vm)
    api = open_bff(vm.url)
    set_prices(api, [START - DAY, EDGE], [10, 40])
    found = total(api, 3)
    assert found["energy_kwh"] == energy
    slot_kwh = Decimal("0.0006") * 13 + Decimal("0.015") * 2
    before_kwh = Decimal("0.0006") * (24 * 60 + 600) + slot_kwh * 5 / 15
    wanted = before_kwh * 10 + (Decimal(energy) - before_kwh) * 40
    assert abs(Decimal(found["cost"]) - wanted) < Decimal("0.0001")


@pytest.mark.parametrize("change", ["amounts = x'00'", "checksum = checksum + 1"])
def test_a_damaged_split_is_not_used(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path, change: str
) -> None:
    """It is split anew from the samples."""
    write_uneven(vm)
    api = open_bff(vm.url)
    set_prices(api, [START - DAY, EDGE], [10, 40])
    shown = total(api, 3)
    assert poll_until(lambda: saved_splits(tmp_path) > 0, 60)
    with closing(sqlite3.connect(tmp_path / "bff.db")) as database, database:
        database.execute(f"UPDATE ledger_splits SET {change}")  # noqa: S608
    assert total(open_bff(vm.url), 3) == shown
