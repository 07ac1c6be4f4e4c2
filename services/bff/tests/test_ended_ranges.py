"""A range that has ended is sent once; a correction of the past is sent at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from testbed.case_house import wait_for

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOW = MARCH + timedelta(hours=48)
ENDED = {"from": MARCH.isoformat(), "to": (MARCH + timedelta(hours=24)).isoformat()}
RUNNING = ENDED | {"to": (MARCH + timedelta(hours=72)).isoformat()}
PRICE = {"price_per_kwh": "27.5", "valid_from": MARCH.isoformat()}
SEGMENT = {
    "from": MARCH.isoformat(),
    "to": NOW.isoformat(),
    "every_s": 60,
    "start_kwh": 1,
    "watts": 100,
}
CASE = {
    "source": "native",
    "vendor": "tplink_native",
    "devices": [{"device": "lamp", "room": "attic", "shelf": "top", "segments": [SEGMENT]}],
}


@pytest.fixture
def api(open_case: Callable[..., httpx.Client]) -> httpx.Client:
    """A lamp, and its price."""
    api = open_case(CASE, now=lambda: NOW)
    api.post("/unit_prices", json=PRICE).raise_for_status()
    wait_for(api, "/cost", ENDED)
    return api


def asked_again(api: httpx.Client, path: str, etag: str) -> httpx.Response:
    return api.get(path, params=ENDED, headers={"If-None-Match": etag})


@pytest.mark.parametrize("path", ["/cost", "/marks", "/balance"])
def test_what_is_the_same_is_not_sent_again(api: httpx.Client, path: str) -> None:
    """A browser may keep it, and asks each time whether it still holds."""
    first = api.get(path, params=ENDED)
    again = asked_again(api, path, f'"other", {first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "private, no-cache"


def test_a_changed_price_is_sent_at_once(api: httpx.Client) -> None:
    """Whatever the browser has of it."""
    first = api.get("/cost", params=ENDED)
    api.put("/unit_prices/1", json=PRICE | {"price_per_kwh": "30"}).raise_for_status()
    again = asked_again(api, "/cost", first.headers["etag"])
    assert again.status_code == 200
    assert again.json()["total"]["cost"] == "72"
    assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("path", "params"),
    [("/cost", RUNNING), ("/places", {}), ("/cost", ENDED | {"to": "yesterday"})],
)
def test_what_moves_on_and_what_is_refused_is_not_kept(
    api: httpx.Client, path: str, params: dict[str, str]
) -> None:
    """Its next response is another one."""
    response = api.get(path, params=params)
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"
