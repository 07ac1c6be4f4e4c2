"""The same tables and rules on a real PostgreSQL, as k8s/overlays/cluster runs it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from bff.db.copy import CopyError, copy_database
from testbed.bff import Bff
from testbed.process import free_port

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


def test_four_writers_on_two_bffs_are_all_served(start_bff: StartBff, postgresql_url: str) -> None:
    """Serialised transactions that were in each other's way are repeated: 100 of 100 are saved."""
    ports = {"LISTEN_PORT": str(free_port()), "HEALTH_PORT": str(free_port())}
    bffs = [start_bff(DATABASE_URL=postgresql_url), start_bff(DATABASE_URL=postgresql_url, **ports)]

    def url_of(writer: int) -> httpx.URL:
        return bffs[writer % 2].http.base_url

    def write(writer: int) -> list[int]:
        with httpx.Client(base_url=url_of(writer), trust_env=False, timeout=60) as http:
            years = range(2000 + writer * 25, 2025 + writer * 25)
            return [http.post("/unit_prices", json=_price_of(year)).status_code for year in years]

    with ThreadPoolExecutor(4) as pool:
        statuses = [status for found in pool.map(write, range(4)) for status in found]
    assert statuses == [201] * 100
    years = [row["valid_from"][:4] for row in bffs[0].http.get("/unit_prices").json()]
    assert years == [str(year) for year in range(2000, 2100)]


def _price_of(year: int) -> dict[str, str]:
    edges = (f"{each}-01-01T00:00:00+09:00" for each in (year, year + 1))
    return {"price_per_kwh": "31.7", **dict(zip(("valid_from", "valid_to"), edges, strict=True))}


YEARS = (2020, 2021, 2022)
PAGES = ("/unit_prices", "/device_meta", "/history", "/contracts", "/register")


@pytest.mark.long
def test_a_database_is_copied_to_postgresql_and_back(
    start_bff: StartBff, postgresql_url: str, tmp_path: Path
) -> None:
    """Equal answers from all three, and an id that was deleted does not come back in any."""
    urls = [f"sqlite:///{tmp_path}/first.db", postgresql_url, f"sqlite:///{tmp_path}/last.db"]
    first = start_bff(DATABASE_URL=urls[0])
    ids = [first.http.post("/unit_prices", json=_price_of(year)).json()["id"] for year in YEARS]
    first.http.delete(f"/unit_prices/{ids[2]}")
    first.http.put("/device_meta/kettle", json={"display_name": {"ja": "湯沸かし"}})
    answers = [_answers_and_stop(first)]
    for source, target in pairwise(urls):
        assert copy_database(source, target) > 0
        answers.append(_answers_and_stop(start_bff(DATABASE_URL=target)))
    assert answers == [answers[0]] * 3
    last = start_bff(DATABASE_URL=urls[2])
    assert last.http.post("/unit_prices", json=_price_of(2023)).json()["id"] == ids[2] + 1
    with pytest.raises(CopyError, match="is not empty"):
        copy_database(urls[0], postgresql_url)


def _answers_and_stop(bff: Bff) -> list[object]:
    answers = [bff.http.get(page).json() for page in PAGES]
    bff.process.terminate()
    assert bff.process.wait(30) == 0
    return answers


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
