"""Who may ask: the API's own names, and no writes from other sites' pages."""

from collections.abc import Callable

import httpx
import pytest

from service_kit.hosts import ANSWER_HEADERS
from testbed.bff import Bff

type StartBff = Callable[..., Bff]

PAGE = "power.tailnet.ts.net"
PRICE = {"price_per_kwh": "31", "valid_from": "2026-01-01T00:00:00+09:00"}


def test_a_rebound_name_can_neither_read_nor_write(start_bff: StartBff) -> None:
    """The browser takes it for ours, and sends matching Origin and Host: only the name differs."""
    bff = start_bff(ALLOWED_HOSTS=f" {PAGE.upper()} ,other.example")
    rebound = {"host": "evil.example", "origin": "http://evil.example"}
    read = bff.http.get("/unit_prices", headers=rebound)
    written = bff.http.post("/unit_prices", json=PRICE, headers=rebound)
    assert [read.status_code, written.status_code] == [421, 421]
    assert read.headers["content-type"] == "application/problem+json"
    assert "ALLOWED_HOSTS" in read.json()["what_to_do"]
    assert "power-1" in read.json()["what_to_do"]
    assert bff.http.get("/unit_prices", headers={"host": PAGE}).json() == []


def test_a_body_beyond_the_limit_is_refused(api: httpx.Client) -> None:
    """Also one without a Content-Length; what a person writes is far below it."""
    parts = (b" " * 2**16 for _ in range(17))
    for content in (b" " * 1_000_001, parts):
        refused = api.post(
            "/unit_prices", content=content, headers={"content-type": "application/json"}
        )
        assert (refused.status_code, refused.json()["type"]) == (413, "urn:ppms:too-large")


def test_answers_are_neither_kept_nor_given_to_other_sites(start_bff: StartBff) -> None:
    """On both ports, for good answers and for problems."""
    bff = start_bff()
    root = str(bff.http.base_url)
    for url in (f"{root}unit_prices", f"{root}nothing", f"{bff.health_url}/readyz"):
        headers = httpx.get(url, trust_env=False, headers={"Origin": "http://evil.example"}).headers
        assert {name: headers.get(name) for name in ANSWER_HEADERS} == ANSWER_HEADERS
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["healthz", "readyz", "metrics"])
def test_a_rebound_name_cannot_read_the_health_port(start_bff: StartBff, path: str) -> None:
    """Its routes are checked as the API's are; names without a dot are those of a cluster."""
    bff = start_bff(ALLOWED_HOSTS=PAGE)
    url = f"{bff.health_url}/{path}"
    status = {
        host: httpx.get(url, headers={"host": host}, trust_env=False).status_code
        for host in ("evil.example", "bff:8001", PAGE)
    }
    assert status == {"evil.example": 421, "bff:8001": 200, PAGE: 200}


@pytest.mark.parametrize(
    ("said_by_the_browser", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8080"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost:8080"}, 201),
        ({"origin": "http://localhost:8080"}, 201),
        ({}, 201),
    ],
)
def test_only_our_own_page_writes(
    api: httpx.Client, said_by_the_browser: dict[str, str], status: int
) -> None:
    """Pages of other sites are refused by what the browser sends of them; curl sends nothing."""
    headers = {"host": "localhost:8080", **said_by_the_browser}
    answer = api.post("/unit_prices", json=PRICE, headers=headers)
    assert answer.status_code == status
    assert len(api.get("/unit_prices").json()) == (1 if status == 201 else 0)


def test_a_link_from_another_site_opens_the_page(api: httpx.Client) -> None:
    """Reading is the browser's to guard: it does not show the answer to the other site."""
    assert api.get("/house", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("trusted", [True, False])
def test_the_log_names_who_wrote_only_where_that_can_be_trusted(
    start_bff: StartBff, *, trusted: bool
) -> None:
    """Elsewhere anybody could write the header."""
    bff = start_bff(TRUST_TAILSCALE_IDENTITY=str(trusted).lower())
    bff.http.post("/unit_prices", json=PRICE, headers={"tailscale-user-login": "me@example.com"})
    log = bff.log.read_text()
    assert "POST '/api/v1/unit_prices': 201" in log
    assert ("by 'me@example.com'" in log) is trusted
