"""Every error is a problem document with what to do."""

from pathlib import Path

import httpx
import pytest


def assert_is_problem(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["instance"] == response.url.path
    assert all(problem[member] for member in ("type", "title", "detail", "what_to_do"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/devices/toaster", 404),
        ("GET", "/device_meta/a", 404),
        ("GET", "/unit_prices/1", 404),
        ("GET", "/unit_prices/one", 404),
        ("GET", "/cost", 422),
        ("DELETE", "/unit_prices", 405),
        ("POST", "/unit_prices", 422),
    ],
)
def test_every_refusal_is_a_problem(api: httpx.Client, method: str, path: str, status: int) -> None:
    """Also what the framework refuses by itself."""
    assert_is_problem(api.request(method, path), status)


def test_text_that_is_not_json_is_a_problem(api: httpx.Client) -> None:
    """A broken body is the sender's fault, named in words."""
    sent = api.post("/unit_prices", content="{", headers={"content-type": "application/json"})
    assert_is_problem(sent, 422)


def test_405_names_all_methods_of_the_path(api: httpx.Client) -> None:
    """Not only those of the first route that has the path."""
    assert api.delete("/unit_prices").headers["allow"] == "GET, POST"


def test_404_names_what_there_is(api: httpx.Client) -> None:
    """A typing mistake is corrected without a look at the documentation."""
    assert api.get("/devices/toaster").json()["what_to_do"] == "Use one of: a, b, c, kettle."


def test_a_fault_shows_an_incident_and_no_traceback(
    api: httpx.Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that was destroyed: the log has the cause under the id that the answer names."""
    (tmp_path / "bff.db").write_bytes(b"this was a database once" * 1000)
    failed = api.get("/unit_prices")
    assert_is_problem(failed, 503)
    assert "Traceback" not in failed.text
    assert failed.headers["retry-after"] == "5"
    assert failed.json()["incident"] in caplog.text
    assert "file is not a database" in caplog.text


def test_what_nobody_foresaw_is_a_problem_too(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The words of the exception stay in the log; the answer has the id to find them by."""

    def fail(_session: object) -> None:
        message = "a secret of ours"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("bff.prices.query.select_prices", fail)
    failed = api.get("/unit_prices")
    assert_is_problem(failed, 500)
    assert "secret" not in failed.text
    assert failed.json()["incident"] in caplog.text
    assert "a secret of ours" in caplog.text
