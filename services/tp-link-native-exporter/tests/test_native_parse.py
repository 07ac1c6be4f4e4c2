"""From the raw answers of a meter to a reading."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kasa.exceptions import SmartErrorCode

from home_model.errors import BadPayloadError
from home_model.readings import Reading
from tp_link_native_exporter.parse import parse_kasa_meter, parse_smart_meter

HERE = Path(__file__).parent
AT = datetime(2026, 6, 17, tzinfo=UTC)
MODELS = sorted(path.stem for path in (HERE / "answers").glob("*.json"))
USAGE = {"today_energy": 6, "current_power": 5000}


def answers_of(name: str) -> dict[str, Any]:
    """Return the answers as python-kasa gives them: the result, or in its place the error code."""
    document = json.loads((HERE / "answers" / f"{name}.json").read_text())
    return {
        method: answer["result"] if "result" in answer else SmartErrorCode(answer["error_code"])
        for method, answer in document.items()
    }


@pytest.mark.parametrize("name", MODELS)
def test_each_set_of_answers_gives_its_golden_reading(name: str) -> None:
    """Whatever method fails, the values of the others stay; what feeds back is negative."""
    expected = json.loads((HERE / "readings" / f"{name}.json").read_text())
    assert parse_smart_meter(answers_of(name), AT, {}) == Reading(at=AT, **expected)


def test_when_all_methods_fail_the_reason_names_them() -> None:
    """The codes are the plug's own; the clock is a suspect when get_energy_usage cannot be made."""
    code = SmartErrorCode.JSON_DECODE_FAIL_ERROR
    with pytest.raises(BadPayloadError) as caught:
        parse_smart_meter({"get_energy_usage": code, "get_emeter_data": code}, AT, {})
    assert "get_emeter_data JSON_DECODE_FAIL_ERROR (-1003)" in caught.value.reason
    assert "the year 2000" in caught.value.reason
    unknown = SmartErrorCode.UNKNOWN_METHOD_ERROR
    with pytest.raises(BadPayloadError) as caught:
        parse_smart_meter({"get_energy_usage": unknown}, AT, {})
    assert "get_energy_usage UNKNOWN_METHOD_ERROR (-1002)" in caught.value.reason
    assert "the year 2000" not in caught.value.reason


def test_the_error_of_a_kasa_meter_is_named() -> None:
    """Its firmware answers with a code and a text of its own."""
    error = {"err_code": -1, "err_msg": "module not support"}
    with pytest.raises(BadPayloadError, match=r"get_realtime module not support \(-1\)"):
        parse_kasa_meter({"get_realtime": error}, AT, {})


@pytest.mark.parametrize("power_mw", [6_000_001, -6_000_001, 10**12])
def test_a_power_that_no_plug_can_carry_is_refused(power_mw: int) -> None:
    """As in the cloud: more than 16 A at 250 V and half as much again."""
    with pytest.raises(BadPayloadError, match="more than any plug can carry"):
        parse_smart_meter({"get_emeter_data": {"power_mw": power_mw}}, AT, {})
    with pytest.raises(BadPayloadError, match="more than any plug can carry"):
        parse_kasa_meter({"get_realtime": {"power_mw": power_mw}}, AT, {})


@pytest.mark.parametrize("voltage_mv", [0, 79_000, 271_000, 2_300_000])
def test_a_voltage_that_no_mains_has_is_refused(voltage_mv: int) -> None:
    """80 to 270 V."""
    with pytest.raises(BadPayloadError, match="no mains has"):
        parse_kasa_meter({"get_realtime": {"power_mw": 5000, "voltage_mv": voltage_mv}}, AT, {})


@pytest.mark.parametrize("current_ma", [-1, 24_001, 100])
def test_a_current_that_cannot_be_is_absent(current_ma: int) -> None:
    """Too much for any plug, or too little for the power beside it; the power stays."""
    data = {"power_mw": 1_000_000, "voltage_mv": 230_000, "current_ma": current_ma}
    reading = parse_smart_meter({"get_energy_usage": USAGE, "get_emeter_data": data}, AT, {})
    assert (reading.power_watts, reading.current_amperes) == (1000, None)


@pytest.mark.parametrize("nonsense", ["6", True, [], float("nan"), 2**32 - 1, 10**400])
def test_an_energy_of_today_that_is_none_is_absent(nonsense: object) -> None:
    """Of another kind, or more than a day can have; power and the other energy stay."""
    usage = {"today_energy": 6, "today_charge_energy": nonsense, "current_power": 5000}
    reading = parse_smart_meter({"get_energy_usage": usage}, AT, {})
    assert reading == Reading(at=AT, power_watts=5, energy_today_kwh=0.006)


def test_a_power_of_another_kind_leaves_that_of_the_next_method() -> None:
    """As one that is missing does."""
    answers = {"get_energy_usage": USAGE, "get_emeter_data": {"power_mw": "5000"}}
    assert parse_smart_meter(answers, AT, {}).power_watts == 5
    with pytest.raises(BadPayloadError, match="gives no power"):
        parse_smart_meter({"get_emeter_data": {"power_mw": "5000"}}, AT, {})


def test_an_energy_below_zero_is_absent() -> None:
    """Such as -1: no counter shows it; the power stays."""
    usage = {"today_energy": -1, "today_charge_energy": -1, "current_power": 5000}
    smart = parse_smart_meter({"get_energy_usage": usage}, AT, {})
    assert smart == Reading(at=AT, power_watts=5)
    realtime = {"power_mw": 5000, "voltage_mv": 120_000, "current_ma": 50, "total_wh": -1}
    kasa = parse_kasa_meter({"get_realtime": realtime}, AT, {})
    assert (kasa.power_watts, kasa.energy_lifetime_kwh) == (5, None)
