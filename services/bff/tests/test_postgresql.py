"""The same tables and rules on a real PostgreSQL, as k8s/overlays/cluster runs it."""

from collections.abc import Callable

from testbed.bff import Bff

type StartBff = Callable[..., Bff]

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
