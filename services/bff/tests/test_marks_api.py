"""`/marks` over HTTP: price changes and events of a range."""

import httpx

from bff.marks.query import PriceChange, price_changes
from bff.prices.query import PriceSpan
from bff.time_grid import Interval

MARCH = {"from": "2026-03-01T00:00:00+09:00", "to": "2026-04-01T00:00:00+09:00"}


def add_price(api: httpx.Client, price: str, since: str, **more: str) -> None:
    body = {"price_per_kwh": price, "valid_from": since} | more
    api.post("/unit_prices", json=body).raise_for_status()


def test_a_price_change_has_both_prices(api: httpx.Client) -> None:
    """In the range, its first instant included; without VictoriaMetrics."""
    add_price(api, "27.5", "2025-12-01T00:00:00+09:00", valid_to="2026-03-08T00:00:00+09:00")
    add_price(api, "31", "2026-03-08T00:00:00+09:00")
    shown = api.get("/marks", params=MARCH).raise_for_status().json()
    assert shown["prices"] == [
        {
            "at": "2026-03-08T00:00:00+09:00",
            "direction": "import",
            "before": "27.5",
            "after": "31",
        }
    ]
    assert (shown["events"], shown["more_prices"], shown["more_events"]) == ([], 0, 0)
    april = {"from": "2026-03-08T00:00:00+09:00", "to": MARCH["to"]}
    assert len(api.get("/marks", params=april).json()["prices"]) == 1
    assert api.get("/marks", params=MARCH | {"device": "nobody"}).status_code == 404


def test_a_gap_between_prices_is_two_changes_and_an_equal_price_none() -> None:
    """A row that goes on at the same price changes nothing."""
    spans = [PriceSpan(0, 100, 5), PriceSpan(100, 200, 5), PriceSpan(300, None, 6)]
    assert list(price_changes(spans, "import", Interval(0, 1_000))) == [
        PriceChange(0, "import", None, 5),
        PriceChange(200, "import", 5, None),
        PriceChange(300, "import", None, 6),
    ]
