"""A house of two years whose VictoriaMetrics keeps one: not a yen of the first one changes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from testbed.bff import Bff
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

type StartBff = Callable[..., Bff]
type Json = dict[str, Any]

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
START = TODAY - timedelta(days=720)
RANGE = {"from": START.isoformat(), "to": TODAY.isoformat()}
OLD_DAY = START + timedelta(days=100)
EDGE = START + timedelta(days=200, hours=3, minutes=30)


def use(vm: VictoriaMetrics) -> None:
    """A sample every hour, of 100 W and more in the evening."""
    labels = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}
    kwh, points = 5.0, []
    for step in range(720 * 24):
        points.append((START.timestamp() + step * 3600, round(kwh, 3)))
        kwh += 0.3 if step % 24 > 20 else 0.05
    vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | labels, points)


def answers(bff: Bff) -> tuple[Json, list[Json]]:
    """The costs of each month and the bill's balance, once all of history is counted and built."""
    deadline = time.monotonic() + 120
    while not (state := bff.http.get("/ledger").json())["fully_counted"] or state["dirty_slots"]:
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    asked = [("/cost", {"by": "month", "device": "a"}), ("/balance", {"by": "month"})]
    found = [bff.http.get(path, params=RANGE | params) for path, params in asked]
    costs, balance = [answer.raise_for_status().json() for answer in found]
    return costs, balance["rows"]


def explained(bff: Bff) -> list[Json]:
    """The slots of an hour of the first year."""
    until = (OLD_DAY + timedelta(hours=1)).isoformat()
    params = {"device": "a", "from": OLD_DAY.isoformat(), "to": until}
    return bff.http.get("/explain", params=params).raise_for_status().json()["slots"]


def stop(bff: Bff) -> None:
    bff.process.terminate()
    bff.process.wait(30)


@pytest.mark.long
def test_the_end_of_a_retention_changes_no_yen(start_bff: StartBff, tmp_path: Path) -> None:
    """Samples of the first year go: costs by month stay, and an explanation names the ledger."""
    port = free_port()
    settings = {"VICTORIAMETRICS_URL": f"http://127.0.0.1:{port}", "SAMPLES_KEPT_DAYS": "365"}
    with victoria_metrics(tmp_path, port=port) as vm:
        use(vm)
        bff = start_bff(**settings)
        for price, start, end in (("30", START, EDGE), ("35.5", EDGE, None)):
            row = {"price_per_kwh": price, "valid_from": start.isoformat()}
            row |= {} if end is None else {"valid_to": end.isoformat()}
            bff.http.post("/unit_prices", json=row).raise_for_status()
        before, slots = answers(bff), explained(bff)
        stop(bff)
    assert not any(slot["archived"] for slot in slots)
    with victoria_metrics(tmp_path, port=port, flags=["-retentionPeriod=1y"]) as vm:
        assert (
            vm.instant(f"count_over_time(switchbot_energy_total_kwh[30d] @ {EDGE.timestamp()})")
            == []
        )
        bff = start_bff(**settings)
        assert answers(bff) == before
        bff.http.post("/ledger/rebuild").raise_for_status()
        assert answers(bff) == before
        assert explained(bff) == [slot | {"archived": True} for slot in slots]
        events = bff.http.get("/events").json()["events"]
        assert [event for event in events if event["kind"] == "samples_lost"] == []
