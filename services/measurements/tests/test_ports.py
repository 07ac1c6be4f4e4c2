"""The ports of the service: names, headers, and pages of other sites."""

from collections.abc import Iterator

import httpx
import pytest
from board_service import DEVICE, HOME

from service_kit.hosts import ANSWER_HEADERS
from testbed.measurements import Measurements, measurements

EVIL = {"Origin": "http://evil.example"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measurements]:
    """A process for all tests."""
    folder = tmp_path_factory.mktemp("measurements")
    with measurements(folder, HOME, DEVICE, ALLOWED_HOSTS="power.example") as started:
        yield started


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False, timeout=60)


@pytest.mark.parametrize("path", ["healthz", "readyz", "metrics", "nothing"])
def test_a_rebound_name_cannot_read_the_health_port(service: Measurements, path: str) -> None:
    """Names that nobody else can register, and those of ALLOWED_HOSTS, are answered to."""
    url = f"{service.health_url}/{path}"
    assert get(url, Host="evil.example").status_code == 421
    good = 404 if path == "nothing" else 200
    assert [get(url, Host=name).status_code for name in ("power.example", "measurements:9107")] == [
        good,
        good,
    ]


def test_answers_are_neither_kept_nor_given_to_other_sites(service: Measurements) -> None:
    """On both ports, for good answers and for problems."""
    for root in (service.url, service.health_url):
        for path in ("healthz", "api/measurements", "nothing"):
            headers = get(f"{root}/{path}", **EVIL).headers
            assert {name: headers.get(name) for name in ANSWER_HEADERS} == ANSWER_HEADERS
            assert "access-control-allow-origin" not in headers


def test_a_page_of_another_site_cannot_write(service: Measurements) -> None:
    """Whatever it knows; a board sends no Origin."""
    headers = {"Authorization": f"Bearer {service.token}", **EVIL}
    sent = {"deviceId": DEVICE, "recordedAt": "2026-11-28T00:00:00Z", "boot": 1, "seq": 1}
    url = f"{service.url}/api/measurements"
    refused = httpx.post(url, json=sent, headers=headers, trust_env=False, timeout=60)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ppms:foreign-site")
    assert service.stored({1}) == []
