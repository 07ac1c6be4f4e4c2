"""The same tables and rules on a real PostgreSQL, as k8s/overlays/cluster runs it."""

from collections.abc import Callable

from testbed.bff import Bff

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
