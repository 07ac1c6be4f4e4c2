"""The same tables and rules on a real PostgreSQL, as k8s/overlays/cluster runs it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from service_kit.waiting import poll_until
from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type Json = dict[str, Any]
type StartBff = Callable[..., Bff]

FLAT = {
    "kwh": {"round": "half_up", "to": "1"},
    "lines": [
        {"name": "energy", "kind": "energy", "price": "30"},
        {"name": "fuel", "kind": "per_kwh", "series": "fuel_adjustment"},
    ],
    "total": {"round": "down", "to": "1"},
}
PRICE = {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00"}


def test_prices_live_in_postgresql(start_bff: StartBff, postgresql_url: str) -> None:
    """Exact, refused where they overlap, and there again after a restart."""
    first = start_bff(DATABASE_URL=postgresql_url)
    assert first.http.post("/unit_prices", json=PRICE).status_code == 201
    again = first.http.post("/unit_prices", json=PRICE)
    assert (again.status_code, again.json()["conflicts_with"]) == (409, 1)
    first.process.terminate()
    assert first.process.wait(30) == 0
    second = start_bff(DATABASE_URL=postgresql_url)
    (price,) = second.http.get("/unit_prices").json()
    assert price["price_per_kwh"] == "31.7"
    assert second.http.get("/ledger").status_code == 200


START = datetime(2026, 1, 1, tzinfo=UTC)
RANGE = {"from": START.isoformat(), "to": (START + timedelta(days=12)).isoformat(), "by": "day"}
DAY_8_MS = round((START + timedelta(days=8)).timestamp() * 1000)


def write_samples(vm: VictoriaMetrics) -> None:
    labels = {"house": "home", "room": "work", "shelf": "s", "device": "a", "source": "cloud"}
    points = [(START.timestamp() + 600 * n, n / 10) for n in range(14 * 144)]
    vm.import_samples({"__name__": "switchbot_energy_total_kwh"} | labels, points)


def cost(running: Bff) -> Json:
    """The answer, as soon as there is one; until then nothing but 503."""
    found: list[Json] = []

    def is_there() -> bool:
        answer = running.http.get("/cost", params=RANGE)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            found.append(answer.raise_for_status().json())
        return bool(found)

    assert poll_until(is_there, 60)
    return found[0]


def run_sql(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def stop(running: Bff) -> None:
    running.process.terminate()
    assert running.process.wait(30) == 0


def test_damaged_and_archived_days_in_postgresql(
    start_bff: StartBff, vm: VictoriaMetrics, postgresql_url: str
) -> None:
    """A changed row is never served and is rebuilt; a lost sample takes no energy with it."""
    write_samples(vm)
    running = start_bff(DATABASE_URL=postgresql_url)
    wanted = cost(running)
    price = {"price_per_kwh": "30", "valid_from": (START + timedelta(seconds=77)).isoformat()}
    running.http.post("/unit_prices", json=price).raise_for_status()
    priced = cost(running)
    assert priced["rows"][1]["figures"]["energy_kwh"] == wanted["rows"][1]["figures"]["energy_kwh"]
    run_sql(
        postgresql_url,
        f"UPDATE ledger_days SET measured_uwh = 1 WHERE day_unix_ms = {DAY_8_MS}",  # noqa: S608
    )
    damaged = running.http.get("/cost", params=RANGE)
    assert damaged.json().get("type") == "urn:ppms:ledger-damaged"
    assert cost(running) == priced
    kinds = {event["kind"] for event in running.http.get("/events").json()["events"]}
    assert kinds == {"ledger_damaged"}
    stop(running)
    vm.post('/api/v1/admin/tsdb/delete_series?match[]={device="a"}')
    vm.settle()
    second = start_bff(DATABASE_URL=postgresql_url)
    assert cost(second) == priced
    explained = {"device": "a"} | RANGE | {"to": (START + timedelta(hours=1)).isoformat()}
    del explained["by"]
    slots = second.http.get("/explain", params=explained).raise_for_status().json()["slots"]
    assert all(slot["archived"] for slot in slots)


def test_contracts_and_their_bills_live_in_postgresql(
    start_bff: StartBff, postgresql_url: str
) -> None:
    """All tables of migration 0009: written, changed, undone, and there after a restart."""
    first = start_bff(DATABASE_URL=postgresql_url)
    api = first.http
    put = {
        "/series/fuel_adjustment": {"period": "month"},
        "/series/fuel_adjustment/values": {"values": {"2026-05": "-7.72", "2026-06": "-7.16"}},
        "/reading_dates": {"dates": ["2026-05-11", "2026-06-10"], "day_of_month": 11},
        "/real_bills/2026-05-11": {"kwh": "351", "total": "12393", "lines": {"levy": "1467"}},
        "/budgets/2026-06": {"amount": "12000"},
    }
    for path, body in put.items():
        assert api.put(path, json=body).status_code == 200, path
    added = api.post("/contracts", json={"name": "Flat", "document": FLAT})
    assert added.status_code == 201, added.text
    contract = added.json()
    path = f"/contracts/{contract['id']}"
    api.put(path, json={"name": "Renamed", "document": FLAT}).raise_for_status()
    newest = api.get("/history").json()["revisions"][0]
    api.post(f"/history/{newest['id']}/undo").raise_for_status()
    tried = {"action": "delete", "id": contract["id"]}
    assert api.post("/contracts/effect", json=tried).status_code in {200, 503}
    first.process.terminate()
    assert first.process.wait(30) == 0
    again = start_bff(DATABASE_URL=postgresql_url).http
    assert again.get(path).json() == contract
    values = again.get("/series/fuel_adjustment").json()["values"]
    assert values == [{"key": "2026-05", "value": "-7.72"}, {"key": "2026-06", "value": "-7.16"}]
    assert again.get("/reading_dates").json()["dates"] == ["2026-05-11", "2026-06-10"]
    changes = again.get("/history").json()
    assert {each["object"] for each in changes["revisions"]} == {
        "contract",
        "series",
        "reading_dates",
        "real_bill",
        "budget",
    }
