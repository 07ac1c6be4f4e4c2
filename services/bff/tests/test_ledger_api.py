"""`/ledger`, `/reconcile` and `/explain` over HTTP, on the real vmsingle."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type OpenBff = Callable[..., httpx.Client]
type Json = dict[str, Any]

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
RANGE = {"from": "2026-03-01T09:00:00+09:00", "to": "2026-03-02T00:00:00+09:00"}


def use(
    vm: VictoriaMetrics, device: str, points: Sequence[tuple[datetime, float]], room: str = "work"
) -> None:
    labels = {"house": "home", "room": room, "shelf": "s", "device": device, "source": "cloud"}
    vm.import_samples(
        {"__name__": "switchbot_energy_total_kwh"} | labels,
        [(at.timestamp(), kwh) for at, kwh in points],
    )


def minutes(start: datetime, count: int, kwh: float, watts: int) -> list[tuple[datetime, float]]:
    each = timedelta(minutes=1)
    return [(start + each * step, kwh + watts * step / 60_000) for step in range(count)]


def get(api: httpx.Client, path: str, **params: str) -> Json:
    return api.get(path, params=RANGE | params).raise_for_status().json()


def row_of(api: httpx.Client, device: str) -> Json:
    [row] = get(api, "/reconcile", device=device)["rows"]
    return row


def kinds(row: Json) -> list[str]:
    return [reason["kind"] for reason in row["reasons"]]


def test_the_ledger_says_where_it_stands(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """After an answer over all of history nothing is dirty, and it looked a moment ago."""
    use(vm, "a", minutes(MARCH, 120, 10, 600))
    api = open_bff(vm.url)
    get(api, "/cost")
    state = api.get("/ledger").raise_for_status().json()
    assert state["dirty_slots"] == 0
    assert state["victoriametrics_error"] is None
    assert 0 <= state["lag_seconds"] < 60
    assert state["rebuild"] == {"running": False, "progress": 1, "eta_seconds": 0}


def test_a_rebuild_is_accepted_and_changes_nothing(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """Derived data: the same samples give the same energy."""
    use(vm, "a", minutes(MARCH, 120, 10, 600))
    api = open_bff(vm.url)
    before = get(api, "/cost")["total"]
    assert api.post("/ledger/rebuild", json=RANGE).status_code == 202
    assert api.post("/ledger/rebuild").status_code == 202
    deadline = time.monotonic() + 60
    while (answer := api.get("/cost", params=RANGE)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
    assert answer.json()["total"] == before


def test_the_health_port_tells_how_the_ledger_does(start_bff: Callable[..., Bff]) -> None:
    """Names fixed by the issue: lag, dirty slots, progress of a rebuild."""
    bff = start_bff()
    bff.http.get("/cost", params=RANGE).raise_for_status()
    page = httpx.get(f"{bff.health_url}/metrics", trust_env=False).text
    values = dict(line.split() for line in page.splitlines() if line.startswith("ledger_"))
    assert float(values["ledger_lag_seconds"]) >= 0
    assert float(values["ledger_dirty_slots"]) == 0
    assert float(values["ledger_rebuild_progress_ratio"]) == 1


def test_reconcile_names_a_start_and_what_promql_makes_of_it(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """A used plug joins: PromQL adds its lifetime, the ledger does not."""
    use(vm, "a", minutes(MARCH + HOUR, 61, 8.3, 600))
    row = row_of(open_bff(vm.url), "a")
    assert float(row["ledger_kwh"]) == pytest.approx(0.6)
    assert float(row["source_kwh"]) == pytest.approx(0.6)
    assert float(row["increase_kwh"]) == pytest.approx(8.9)
    assert float(row["readings_kwh"]) == pytest.approx(0.6)
    assert kinds(row) == ["start", "edges"]
    assert row["first"] == {"at": "2026-03-01T10:00:00+09:00", "kwh": "8.3"}


def test_reconcile_names_resets_glitches_gaps_and_replacements(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Each event of the counter stands with its instants and the energy it is about."""
    points = minutes(MARCH - HOUR, 121, 1000, 600)
    points[90] = (points[90][0], 0.0)
    points += minutes(MARCH + 3 * HOUR, 61, 1003.2, 600)
    points += minutes(MARCH + 4 * HOUR + HOUR / 12, 61, 7000, 600)
    points += minutes(MARCH + 6 * HOUR, 61, 0, 600)
    use(vm, "a", points)
    row = row_of(open_bff(vm.url), "a")
    assert sorted(kinds(row)) == ["gap", "glitch", "replacement", "reset"]
    gap = next(reason for reason in row["reasons"] if reason["kind"] == "gap")
    assert gap["from"] == "2026-03-01T10:00:00+09:00"
    assert float(gap["kwh"]) == pytest.approx(2.0)


def test_reconcile_names_what_lies_after_the_last_reading(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """One reading in ten minutes, from the first instant on: last - first lacks the last ten."""
    ten_minutely = minutes(MARCH, 16 * 60, 10, 600)[::10]
    use(vm, "a", ten_minutely)
    row = row_of(open_bff(vm.url), "a")
    assert row["first"]["at"] == RANGE["from"]
    assert float(row["ledger_kwh"]) == pytest.approx(9)
    assert float(row["readings_kwh"]) == pytest.approx(8.9)
    assert "edges" in kinds(row)


def test_reconcile_leaves_the_newest_minute_out(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """The ledger looks now and then: what came since would look like another source."""
    now = datetime.now(UTC).replace(microsecond=0)
    use(vm, "a", minutes(now - 3 * HOUR, 180, 10, 1000))
    until = {"from": (now - 2 * HOUR).isoformat(), "to": (now + HOUR).isoformat()}
    rows = get(open_bff(vm.url), "/reconcile", device="a", **until)["rows"]
    assert datetime.fromisoformat(rows[-1]["to"]) <= datetime.now(UTC) - timedelta(minutes=1)
    assert "other_source" not in [kind for row in rows for kind in kinds(row)]


def test_reconcile_names_a_moved_device(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """Two series of one device: PromQL counts the second from zero, the ledger goes on."""
    use(vm, "a", minutes(MARCH, 60, 3.6, 600), room="old")
    use(vm, "a", minutes(MARCH + HOUR, 60, 4.2, 600), room="new")
    row = row_of(open_bff(vm.url), "a")
    assert "moved" in kinds(row)
    assert float(row["ledger_kwh"]) == pytest.approx(1.19)
    assert float(row["increase_kwh"]) > 4


def test_reconcile_refuses_more_than_it_can_show(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """A year of all devices is a question for fewer days or one device."""
    answer = open_bff(vm.url).get("/reconcile", params=RANGE | {"from": "2024-03-01T00:00:00Z"})
    assert answer.status_code == 422
    assert "one device" in answer.json()["what_to_do"]


def test_explain_leads_from_a_cost_to_readings_and_prices(
    open_bff: OpenBff, vm: VictoriaMetrics
) -> None:
    """Slots and price stretches add up to the total that /cost gives."""
    use(vm, "a", minutes(MARCH, 300, 10, 600) + minutes(MARCH + 7 * HOUR, 300, 14.2, 600))
    api = open_bff(vm.url)
    edge = "2026-03-01T12:17:00+09:00"
    rows = [("20", "2026-01-01T00:00:00Z", edge), ("40", edge, None)]
    for price, start, end in rows:
        row = {"price_per_kwh": price, "valid_from": start, "valid_to": end}
        api.post("/unit_prices", json=row).raise_for_status()
    explained = get(api, "/explain", device="a")
    assert explained["total"] == get(api, "/cost", device="a")["total"]
    assert len(explained["slots"]) == 60
    assert explained["slots_left_out"] == 0
    known = sum(float(s["measured_kwh"]) + float(s["estimated_kwh"]) for s in explained["slots"])
    assert known == pytest.approx(float(explained["total"]["energy_kwh"]))
    qualities = [slot["quality"] for slot in explained["slots"]]
    assert qualities[:19] == ["measured"] * 19
    assert qualities[20:28] == ["estimated"] * 8
    assert qualities[-1] == "missing"
    assert [price["price_per_kwh"] for price in explained["prices"]] == ["20", "40"]
    assert sum(float(price["cost"]) for price in explained["prices"]) == pytest.approx(
        float(explained["total"]["cost"])
    )
    first, last = explained["readings"]
    assert first["before"]["at"] == "2026-03-01T09:00:00+09:00"
    assert last["before"]["at"] == "2026-03-01T20:59:00+09:00"
    assert last["after"] is None


def test_explain_gives_as_many_slots_as_asked_for(open_bff: OpenBff, vm: VictoriaMetrics) -> None:
    """With the number of those left out."""
    use(vm, "a", minutes(MARCH, 300, 10, 600))
    explained = get(open_bff(vm.url), "/explain", device="a", most_slots="3")
    assert len(explained["slots"]) == 3
    assert explained["slots_left_out"] == 57
