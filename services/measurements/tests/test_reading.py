"""GET /api/measurements: pages that neither skip nor repeat, as JSON, CSV or NDJSON."""

import csv
import io
import json

from board_service import Running, measured


def test_pages_follow_one_another(service: Running) -> None:
    """By instant; what arrives between two pages moves none of the others."""
    service.post([measured(60 * n) for n in range(7)])
    first = service.http.get(
        "/api/measurements", params={"limit": 3}, headers=service.read_headers
    ).json()
    service.post(measured(3_600))
    seen = first["measurements"]
    following = first["next"]
    while following:
        params = {"limit": 3, "cursor": following}
        answer = service.http.get("/api/measurements", params=params, headers=service.read_headers)
        page = answer.json()
        seen += page["measurements"]
        following = page["next"]
    instants = [each["recordedAt"] for each in seen]
    assert instants == sorted(set(instants))
    assert len(instants) == 7


def test_a_range_is_half_open_and_of_one_board(service: Running) -> None:
    """`from` belongs to it, `to` does not."""
    service.post([measured(60 * n) for n in range(3)])
    first, second, third = (each["recordedAt"] for each in service.stored())
    found = service.stored(**{"from": first, "to": third})
    assert [each["recordedAt"] for each in found] == [first, second]
    assert service.stored(deviceId="esp32-other") == []
    naive = {"from": "2026-01-01T00:00:00"}
    answer = service.http.get("/api/measurements", params=naive, headers=service.read_headers)
    assert answer.status_code == 422


def test_csv_and_ndjson_have_the_same_columns(service: Running) -> None:
    """Chosen by the Accept header; the cursor is in a header."""
    service.post([measured(60), measured(0)])

    def get(accept: str) -> str:
        headers = {**service.read_headers, "Accept": accept}
        answer = service.http.get("/api/measurements", params={"limit": 1}, headers=headers)
        assert answer.headers["content-type"].startswith(accept)
        assert answer.headers["x-next-cursor"]
        return answer.text

    (row,) = csv.DictReader(io.StringIO(get("text/csv")))
    document = json.loads(get("application/x-ndjson"))
    assert list(row) == list(document)
    assert (row["power_mw"], row["humidity"]) == ("500.0", "")
    assert json.loads(row["payload"]) == document["payload"] == {
        "voltage_v": 5.0, "current_ma": 100.0, "power_mw": 500.0,
    }  # fmt: skip


def test_something_else_than_a_cursor_is_refused(service: Running) -> None:
    """With 422."""
    for cursor in ("x", "W10", "W251bGwsMV0"):
        answer = service.http.get(
            "/api/measurements", params={"cursor": cursor}, headers=service.read_headers
        )
        assert answer.status_code == 422
