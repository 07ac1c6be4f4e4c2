"""What arrived parsed and raw, compared by board and day of the home."""

from datetime import timedelta
from pathlib import Path

import pytest
from board_service import DEVICE, NOW, Running, measured

from measurements.__main__ import main
from measurements.openapi import FILE, document

DAY = "2026-11-28"  # of NOW, in Tokyo


def counts(service: Running, **params: str) -> list[dict[str, object]]:
    answer = service.http.get(
        "/api/measurement-counts", params=params, headers=service.read_headers
    )
    return answer.raise_for_status().json()["days"]


def send_raw(service: Running, content: object) -> None:
    service.http.post("/api/raw-measurements", json=content).raise_for_status()


def test_what_arrived_raw_alone_is_missing(service: Running) -> None:
    """A body that came twice counts once, an array as many as it has."""
    service.post([measured(60), measured(0)])
    for content in (measured(60), measured(60), [measured(0), measured(30)], measured(90)):
        send_raw(service, content)
    expected = {"deviceId": DEVICE, "day": DAY, "parsed": 2, "raw": 4, "missing": 2}
    assert counts(service) == [{**expected, "conflicts": 0, "unplaced": 0}]
    service.post([measured(30), measured(90)])
    assert [each["missing"] for each in counts(service)] == [0]


def test_conflicts_and_what_has_no_instant_are_not_missing(service: Running) -> None:
    """They are kept raw by the service itself, and counted."""
    other = measured(60, temperature=99.0)
    earlier = measured(recordedAt=None, boot=6, seq=1, up=380)
    service.post(measured(60))
    service.post([other, earlier], X_Board_Clock="- 500 7")
    for content in (measured(60), other, earlier):
        send_raw(service, content)
    [found] = counts(service)
    assert (found["parsed"], found["raw"], found["missing"]) == (1, 3, 0)
    assert (found["conflicts"], found["unplaced"]) == (1, 1)


def test_days_are_those_of_the_home(service: Running) -> None:
    """By when it arrived: midnight in Tokyo is 15:00 UTC."""
    service.now = NOW.replace(hour=14, minute=59)
    service.post(measured(60))
    service.now += timedelta(minutes=1)
    service.post(measured(120))
    assert [(each["day"], each["parsed"]) for each in counts(service)] == [
        ("2026-11-28", 1), ("2026-11-29", 1),
    ]  # fmt: skip
    only = counts(service, **{"from": "2026-11-29", "to": "2026-11-29"})
    assert [each["day"] for each in only] == ["2026-11-29"]


@pytest.mark.parametrize("first", ["2026-11-29", "2026-08-01"])
def test_a_range_that_is_empty_or_too_long_is_refused(service: Running, first: str) -> None:
    """And a board's token does not read."""
    params = {"from": first, "to": DAY}
    answer = service.http.get(
        "/api/measurement-counts", params=params, headers=service.read_headers
    )
    assert answer.status_code == 422
    assert service.http.get("/api/measurement-counts").status_code == 403


def test_the_command_ends_with_1_where_something_is_missing(
    service: Running,
    database_url: str,
    home_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that a job of it shows it."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CONFIG_FILE", str(home_file))
    monkeypatch.setattr("measurements.commands.utc_now", lambda: NOW)
    service.post(measured())
    send_raw(service, measured())
    assert main(["counts"]) == 0
    send_raw(service, measured(60))
    assert main(["counts", "--days", "2"]) == 1
    assert f"{DAY} {DEVICE}: 1 parsed, 2 raw, 0 conflicts, 0 unplaced, 1 missing" in (
        capsys.readouterr().out
    )


def test_the_committed_description_is_that_of_the_code() -> None:
    """`python -m measurements.openapi` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == document()
