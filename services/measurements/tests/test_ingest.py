"""POST /api/measurements: every measurement is stored once, and acknowledged once it is durable."""

import hmac
import json
import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from board_service import DEVICE, NOW, Open, Running, measured
from sqlalchemy import Text, cast, select

from measurements.openapi import FILE
from measurements.routes import EXAMPLE
from measurements.tables import RAW


def test_one_measurement_is_stored_with_its_columns_and_all_of_its_payload(
    service: Running,
) -> None:
    """The body of the specification, as the description of the API has it, byte for byte."""
    content = json.loads(FILE.read_text("utf-8"))["paths"]["/api/measurements"]["post"]
    examples = content["requestBody"]["content"]["application/json"]["examples"]
    example = examples["one"]["value"]
    assert example == EXAMPLE
    assert (example["humidity"], example["recordedAt"][-6:]) == (None, "+09:00")
    assert {"bmp280", "ina219"} <= set(example["payload"]["sensor"].values())
    answer = service.post(example)
    assert answer.status_code == 200
    assert answer.json() == {
        "received": 1, "new": 1, "duplicates": 0, "conflicts": 0, "unplaced": 0,
    }  # fmt: skip
    assert int(answer.headers["content-length"]) <= 4096
    assert answer.headers["date"]
    (stored,) = service.stored()
    assert stored["payload"] == EXAMPLE["payload"]
    assert stored["recordedAt"] == "2026-11-28T00:00:00+00:00"
    assert [stored[name] for name in ("temperature", "humidity")] == [21.4, None]
    assert [stored[f] for f in ("voltage_v", "current_ma", "power_mw")] == [5.012, 123.4, 618.5]


def test_values_of_the_power_sensor_may_be_in_an_object(service: Running) -> None:
    """`payload.power` has the same names; unknown keys stay."""
    power = {"voltage_v": 3.3, "current_ma": -2, "power_mw": None, "shunt": "R100"}
    service.post(measured(payload={"power": power, "energy": {"energy_wh": 1.5}}))
    (stored,) = service.stored()
    assert [stored[f] for f in ("voltage_v", "current_ma", "power_mw")] == [3.3, -2.0, None]
    assert stored["payload"] == {"power": power, "energy": {"energy_wh": 1.5}}


def test_a_replay_changes_nothing_and_shows_how_many_were_new(service: Running) -> None:
    """A batch as JSON, then as the lines of a buffer file with one more."""
    batch = [measured(60), measured(30)]
    assert service.post(batch).json()["new"] == 2
    again = service.post_lines(*map(json.dumps, [*batch, measured(0)])).json()
    assert (again["received"], again["new"], again["duplicates"]) == (3, 1, 2)
    assert len(service.stored()) == 3


def test_a_number_sent_again_with_a_corrected_clock_is_the_same_measurement(
    service: Running,
) -> None:
    """Start and number identify it; the same number weeks later is another: the count was lost."""
    service.post(measured(100, boot=1, seq=0))
    assert service.post(measured(97, boot=1, seq=0)).json()["duplicates"] == 1
    service.now = NOW + timedelta(days=30)
    assert service.post(measured(-86_400 * 30, boot=1, seq=0)).json()["new"] == 1
    assert len(service.stored()) == 2


def test_other_values_for_the_same_identity_are_kept_raw(service: Running) -> None:
    """The first stays, and nothing is lost."""
    service.post(measured(60))
    answer = service.post(measured(60, temperature=99.0)).json()
    assert (answer["received"], answer["new"], answer["conflicts"]) == (1, 0, 1)
    (stored,) = service.stored()
    assert stored["temperature"] == 21.5


def test_two_of_one_instant_in_a_batch_are_one(service: Running) -> None:
    """Twins within one request as well."""
    answer = service.post([measured(60), measured(60), measured(60, temperature=3)]).json()
    assert (answer["new"], answer["duplicates"], answer["conflicts"]) == (1, 1, 1)


def test_the_first_bad_line_is_named_and_nothing_of_the_batch_is_stored(service: Running) -> None:
    """So that the board can set that line aside."""
    answer = service.post_lines(json.dumps(measured(60)), "[]", "{")
    assert (answer.status_code, answer.json()["line"]) == (422, 2)
    assert "a JSON object" in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.stored() == []


def test_the_good_lines_of_a_batch_are_taken_where_that_is_asked_for(service: Running) -> None:
    """207, and the reasons of the others."""
    answer = service.post_lines("{", json.dumps(measured()), "[]", partial="1")
    assert answer.status_code == 207
    content = answer.json()
    assert (content["received"], content["new"], content["refused"]) == (3, 1, 2)
    assert [each["line"] for each in content["reasons"]] == [1, 3]
    worst = service.post_lines(*["x" * 500] * 900, partial="1")
    assert int(worst.headers["content-length"]) <= 4096
    assert len(service.stored()) == 1


def test_a_measurement_without_a_clock_is_placed_by_its_age(service: Running) -> None:
    """By `age_ms`, or by the seconds since the start, within the same start only."""
    clock = "- 500 7"
    by_age = measured(recordedAt=None, age_ms=60_000)
    by_start = measured(recordedAt="2000-01-01T00:00:01Z", boot=7, seq=1, up=380)
    assert service.post([by_age, by_start], X_Board_Clock=clock).json()["new"] == 2
    ages = [NOW - timedelta(seconds=seconds) for seconds in (120, 60)]
    assert [each["recordedAt"] for each in service.stored()] == [at.isoformat() for at in ages]
    again = service.post([by_start], X_Board_Clock="- 503 7")
    assert again.json()["duplicates"] == 1


def test_a_measurement_of_an_earlier_start_without_a_clock_is_kept_raw(service: Running) -> None:
    """Nothing can place it; it is acknowledged, counted, and no reason to send it again."""
    earlier = measured(recordedAt=None, boot=6, seq=1, up=380)
    answer = service.post([earlier, measured()], X_Board_Clock="- 500 7").json()
    assert (answer["received"], answer["new"], answer["unplaced"]) == (2, 1, 1)
    assert len(service.stored()) == 1


def test_what_comes_days_late_and_out_of_order_is_stored(service: Running) -> None:
    """Ordered by when it was recorded."""
    service.post(measured())
    service.post([measured(3 * 86_400), measured(86_400), measured(2 * 86_400)])
    instants = [each["recordedAt"] for each in service.stored()]
    assert instants == sorted(instants)
    assert len(instants) == 4


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer ppms_00000000_x"}, 401),
        ({"Authorization": "Basic dXNlcjpwdw=="}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
def test_requests_that_are_refused(service: Running, headers: dict[str, str], status: int) -> None:
    """Each with a problem document."""
    content = json.dumps(measured())
    with_type = {"Content-Type": "application/json", **headers}
    answer = service.http.post("/api/measurements", content=content, headers=with_type)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in answer.headers


def test_a_machine_without_a_clock_refuses_for_now(service: Running) -> None:
    """After a power cut, before NTP: the board keeps what it has, and sets nothing aside."""
    service.now = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    answer = service.post(measured())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.headers["content-type"] == "application/problem+json"
    raw = service.http.post("/api/raw-measurements", json={})
    assert raw.status_code == 503
    service.now = NOW
    assert service.post(measured()).json()["new"] == 1


def test_a_token_writes_for_its_own_board_only(service: Running) -> None:
    """Nor may it read, nor may a reader write."""
    assert service.post(measured(deviceId="esp32-other")).status_code == 403
    assert service.http.get("/api/measurements").status_code == 403
    content = json.dumps(measured())
    headers = {**service.read_headers, "Content-Type": "application/json"}
    answer = service.http.post("/api/measurements", content=content, headers=headers)
    assert answer.status_code == 403


def test_limits_of_body_batch_and_rate(open_service: Open) -> None:
    """413 for what is too large, 429 with the time to wait."""
    service = open_service(max_batch=2, max_body_bytes=1_000, max_requests_per_minute=3)
    assert service.post([measured(n) for n in range(3)]).status_code == 413
    assert service.post(measured(payload={"a": "x" * 1_000})).status_code == 413
    assert service.post(measured()).status_code == 200
    answer = service.post(measured())
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 21


def test_a_page_of_another_origin_reads_only_where_that_is_allowed(open_service: Open) -> None:
    """One setting, for one origin."""
    service = open_service(allowed_origin="https://page.example")
    for origin, allowed in (("https://page.example", True), ("https://evil.example", False)):
        answer = service.http.get("/api/measurements", headers={"Origin": origin})
        assert ("access-control-allow-origin" in answer.headers) is allowed


def test_a_raw_null_is_kept(service: Running) -> None:
    """It is JSON as any other; a column without a value would be refused by the database."""
    headers = {"Content-Type": "application/json"}
    answer = service.http.post("/api/raw-measurements", content="null", headers=headers)
    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    with service.services.engine.connect() as connection:
        payloads = connection.execute(select(cast(RAW.c.payload, Text))).scalars().all()
    assert payloads == ["null"]


def test_raw_bodies_are_kept(service: Running) -> None:
    """Any JSON of the token's own board."""
    answer = service.http.post("/api/raw-measurements", json={"anything": [1, None]})
    assert answer.json()["new"] == 1
    other = {"deviceId": "esp32-other"}
    answer = service.http.post("/api/raw-measurements", json={}, params=other)
    assert answer.status_code == 403


def test_a_board_without_ntp_finds_the_date(service: Running) -> None:
    """Without a token."""
    answer = httpx.get(str(service.http.base_url.join("/healthz")), trust_env=False)
    assert answer.text == "ok\n"
    assert answer.headers["date"].endswith("GMT")


def test_no_token_is_logged(service: Running, caplog: pytest.LogCaptureFixture) -> None:
    """Not even one that is refused."""
    with caplog.at_level(logging.DEBUG):
        service.post(measured(deviceId=DEVICE), Authorization="Bearer ppms_0_geheim")
    assert "geheim" not in caplog.text


def test_a_secret_is_compared_in_constant_time(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As digests of one length, also where there is no such token."""
    compare, lengths = hmac.compare_digest, list[tuple[int, int]]()

    def noted(left: str, right: str) -> bool:
        lengths.append((len(left), len(right)))
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    valid = service.http.headers["Authorization"]
    for token in (valid, f"{valid}x", "Bearer ppms_nowhere_x"):
        service.post(measured(), Authorization=token)
    assert lengths == [(64, 64)] * 3
