"""What a measurement may be, without a server."""

import json

import pytest
from board_service import NOW, measured

from measurements.parse import (
    NDJSON,
    Arrival,
    BoardClock,
    FaultError,
    TooManyError,
    Unplaced,
    parse_body,
    parse_clock,
    parse_report,
)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "a JSON object"),
        ('{"deviceId": "ä"}', "deviceId"),
        (json.dumps(measured(recordedAt="2026-11-28T00:00:00")), "offset"),
        (json.dumps(measured(recordedAt="2026-13-28T00:00:00Z")), "recordedAt"),
        (json.dumps(measured(recordedAt=None)), "recordedAt is missing"),
        (json.dumps(measured(recordedAt="1970-01-01T00:00:09Z")), "was not set"),
        (json.dumps(measured(recordedAt="2000-01-01T00:00:09Z")), "was not set"),
        (json.dumps(measured(-3600)), "in the future"),
        (json.dumps(measured(temperature="21")), "temperature is not a number"),
        (json.dumps(measured(temperature=True)), "temperature is not a number"),
        (json.dumps(measured(humidity=101)), "humidity is outside"),
        (json.dumps(measured(payload=[1])), "payload is not an object"),
        (json.dumps(measured(payload={"power_mw": "1"})), "power_mw is not a number"),
        (json.dumps(measured(payload={"power_mw": 1e300})), "power_mw is outside"),
        (json.dumps(measured(payload={"power": {"power_mw": -25_000_001}})), "power_mw is outside"),
        (json.dumps(measured(payload={"voltage_v": 1001})), "voltage_v is outside"),
        (json.dumps(measured(payload={"current_ma": -1_000_001})), "current_ma is outside"),
        (json.dumps(measured(payload={"a": "\0"})), "NUL"),
        (json.dumps(measured(payload={"a": "x" * 20_000})), "16384 bytes"),
        (json.dumps(measured(boot=1)), "together"),
        (json.dumps(measured(boot=-1, seq=0)), "whole number"),
        (json.dumps(measured()).replace("21.5", "NaN"), "not JSON"),
    ],
)
def test_what_is_no_measurement_is_refused_with_its_line_and_reason(line: str, reason: str) -> None:
    """The others of the batch are parsed."""
    body = f"{json.dumps(measured(60))}\n{line}\n".encode()
    _, fault = parse_body(body, NDJSON, Arrival(NOW), 10)
    assert isinstance(fault, FaultError)
    assert fault.line == 2
    assert reason in fault.reason


def test_an_age_places_nothing_of_another_start() -> None:
    """The board counted it by a clock that has begun anew since."""
    body = json.dumps(measured(recordedAt=None, age_ms=60_000, boot=6, seq=1)).encode()
    clock = BoardClock(None, 500, 7)
    assert [type(part) for part in parse_body(body, NDJSON, Arrival(NOW, clock), 10)] == [Unplaced]


def test_a_body_of_too_many_lines_is_not_parsed() -> None:
    """However short its lines are."""
    with pytest.raises(TooManyError):
        list(parse_body(b"{}\n" * 100_000, NDJSON, Arrival(NOW), 1_000))


@pytest.mark.parametrize(
    ("header", "clock"),
    [
        ("1795825842 12 7", BoardClock(1795825842, 12, 7)),
        ("- 12 7", BoardClock(None, 12, 7)),
        ("", BoardClock()),
        ("x -1 99999999999999999999", BoardClock()),
        (f"1795842000 {'9' * 5000} 7", BoardClock(1795842000, None, 7)),
    ],
)
def test_the_clock_of_a_board(header: str, clock: BoardClock) -> None:
    """What it does not know is `-`, and what makes no sense counts as that."""
    assert parse_clock(header) == clock


def test_what_a_board_reports_of_itself() -> None:
    """Names and whole numbers; anything else is left out."""
    assert parse_report("kept=12 dropped=0 evil{}=1 x=y") == {"kept": 12, "dropped": 0}
