"""From an answer to readings, value by value."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from home_model.errors import BadPayloadError
from home_model.readings import Reading
from shelly_exporter.parse import parse_identity, parse_status

HERE = Path(__file__).parent
AT = datetime(2026, 11, 28, tzinfo=UTC)
ANSWERS = sorted(path.stem for path in (HERE / "answers").glob("*.json"))


def read(folder: str, name: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads((HERE / folder / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_gives_its_golden_readings(name: str) -> None:
    """Units, directions, missing fields and nulls of several generations and firmwares."""
    expected = read("readings", name)
    meters = parse_status(read("answers", name), AT).meters
    assert {meter.component for meter in meters.values()} == {e["component"] for e in expected}
    for number, meter in meters.items():
        values = {k: v for k, v in expected[number - 1].items() if k != "component"}
        assert meter.reading == Reading(at=AT, **values)


def switch(**fields: object) -> dict[str, object]:
    return {
        "sys": {"mac": "58E6C5000001", "uptime": 100},
        "switch:0": {"apower": 1.0, "aenergy": {"total": 5.0}} | fields,
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"apower": "12"}, "apower is '12', which is no number"),
        ({"apower": True}, "which is no number"),
        ({"apower": float("nan")}, "which is no number"),
        ({"apower": 10**400}, "which is no number"),
        ({"aenergy": {"total": 10**400}}, "which is no number"),
        ({"apower": 6001.0}, "more than any plug can carry"),
        ({"voltage": 0.1}, "no mains has"),
        ({"aenergy": {"total": -1.0}}, "the counter total is -1 Wh"),
        ({"aenergy": {"total": 5.0}, "ret_aenergy": {"total": 7.0}}, "more than aenergy"),
    ],
)
def test_nonsense_is_refused_with_its_value(fields: dict[str, object], reason: str) -> None:
    """For the one meter."""
    (meter,) = parse_status(switch(**fields), AT).meters.values()
    assert isinstance(meter.reading, BadPayloadError)
    assert reason in meter.reading.reason


@pytest.mark.parametrize("rssi", [0, None, "-50", True, [], 10**400, float("nan")])
def test_a_signal_that_is_none_is_absent(rssi: object) -> None:
    """On a cable it is 0, which would be the best of all; nonsense costs no meter."""
    (meter,) = parse_status(switch() | {"wifi": {"rssi": rssi}}, AT).meters.values()
    assert isinstance(meter.reading, Reading)
    assert "signal_dbm" not in meter.reading.extra


def test_two_counters_of_one_answer_may_be_apart_by_a_rounding() -> None:
    """All was fed back: 0, and no error."""
    fields = {"aenergy": {"total": 5.0}, "ret_aenergy": {"total": 5.001}}
    (meter,) = parse_status(switch(**fields), AT).meters.values()
    assert isinstance(meter.reading, Reading)
    assert meter.reading.energy_lifetime_kwh == 0


@pytest.mark.parametrize("answer", [None, [], {}, {"sys": {}}, {"sys": {"mac": None}}, "text"])
def test_an_answer_without_a_mac_is_of_nobody(answer: object) -> None:
    """It is not certain which device gave it."""
    with pytest.raises(BadPayloadError, match=r"sys\.mac"):
        parse_status(answer, AT)


@pytest.mark.parametrize("answer", [None, {}, {"mac": 5, "gen": 2}, {"mac": "A", "gen": "2"}])
def test_something_else_is_no_shelly(answer: object) -> None:
    """A router's page, a printer."""
    with pytest.raises(BadPayloadError, match="not that of a Shelly"):
        parse_identity(answer)


def test_a_missing_component_moves_no_other() -> None:
    """The number is the component's own: `switch:1` stays the second."""
    answer = switch() | {"switch:1": {"apower": 2.0}}
    del answer["switch:0"]
    assert parse_status(answer, AT).meters.keys() == {2}
