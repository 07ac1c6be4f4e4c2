"""`/ledger/changes`: what the first start under new rules changes of the past."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from bff.db.engine import write_session
from bff.ledger.archive import KeptDay
from bff.ledger.slots import VERSION
from bff.ledger.store import select_days, update_days
from bff.time_grid import FAR_FUTURE_MS, Interval
from service_kit.database import open_engine
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]

MARCH = datetime(2026, 2, 28, 15, tzinfo=UTC)
RANGE = {"from": "2026-03-01T00:00:00+09:00", "to": "2026-04-01T00:00:00+09:00"}
PRICE = {"price_per_kwh": "30", "valid_from": "2026-01-01T00:00:00+09:00"}


def use(vm: VictoriaMetrics, device: str) -> None:
    labels = {"house": "home", "room": "r", "shelf": "s", "device": device, "source": "cloud"}
    points = [((MARCH + timedelta(minutes=n)).timestamp(), 5 + n / 1000) for n in range(601)]
    vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | labels, points)


def complete_changes(api: httpx.Client) -> Json:
    deadline = time.monotonic() + 60
    while (found := api.get("/ledger/changes").raise_for_status().json())["finished_at"] is None:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def build_by_other_rules(folder: Path) -> None:
    """The database as rules of before left it: they counted half of what `a` used."""
    engine = open_engine(f"sqlite:///{folder / 'bff.db'}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM rules_versions"))
        connection.execute(text("DELETE FROM month_changes"))
    with write_session(engine) as session:
        days = select_days(session, "a", Interval(0, FAR_FUTURE_MS))
        update_days(session, "a", {day_ms: halved(day) for day_ms, day in days.items()})
    engine.dispose()


def halved(day: KeptDay) -> KeptDay:
    amounts = replace(day.slots.amounts, measured_uwh=day.slots.amounts.measured_uwh // 2)
    before = replace(day.stored, made_from=f"before {day.stored.made_from.partition(' ')[2]}")
    return replace(day, stored=before, slots=replace(day.slots, amounts=amounts))


def test_a_first_start_changes_nothing(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """There was no past that other rules had made."""
    use(vm, "a")
    found = complete_changes(open_bff(vm.url))
    assert found["rules_version"] == VERSION
    assert found["began_at"] == found["finished_at"]
    assert found["months"] == []


def test_new_rules_list_what_they_changed_by_month_and_device(
    open_bff: OpenBff, vm: VictoriaMetrics, tmp_path: Path
) -> None:
    """Energy and cost before and after; what did not change is not listed; a restart keeps it."""
    use(vm, "a")
    use(vm, "b")
    api = open_bff(vm.url)
    api.post("/unit_prices", json=PRICE).raise_for_status()
    api.get("/cost", params=RANGE).raise_for_status()
    build_by_other_rules(tmp_path)
    changed = complete_changes(open_bff(vm.url))
    assert changed["months"] == [
        {
            "device": "a",
            "month": "2026-03-01T00:00:00+09:00",
            "before_kwh": "0.3",
            "after_kwh": "0.6",
            "before_cost": "9",
            "after_cost": "18",
            "currency": "JPY",
        }
    ]
    assert complete_changes(open_bff(vm.url)) == changed
