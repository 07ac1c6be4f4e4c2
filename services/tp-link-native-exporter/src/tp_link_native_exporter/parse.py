"""Parse the raw answers of a meter into a reading. Pure.

`get_energy_usage` has mW and Wh, `get_current_power` W under the same name, `get_emeter_data` mW,
mV and mA; Kasa firmware has one answer, `get_realtime`, in either of two units.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import inf
from typing import Any

from kasa import Device, EmeterStatus, Module
from kasa.exceptions import SmartErrorCode
from kasa.iot import IotDevice

from home_model.errors import BadPayloadError, RejectedError
from home_model.readings import (
    MAX_POWER_WATTS,
    Reading,
    check_power_watts,
    check_voltage_volts,
    possible_current_amperes,
)

SMART_METHODS = ("get_energy_usage", "get_current_power", "get_emeter_data")
WH_PER_KWH = 1_000
MW_PER_WATT = 1_000
# A day of 25 hours, of which a clock that is set makes more; MAX_POWER_WATTS is generous.
MAX_DAY_WH = MAX_POWER_WATTS * 25
CLOCK_LOST = (
    "its clock may have fallen back to the year 2000 (python-kasa #1243), which the Tapo app or a "
    "connection to the internet sets"
)

# The result of each method, or in its place the error code.
type MeterAnswers = Mapping[str, Any]


def parse_reading(outlet: Device, plug: Device, answers: MeterAnswers, at: datetime) -> Reading:
    """Return the reading of one outlet; `plug` is the strip it belongs to, or the same device.

    Raises:
        RejectedError: The model has no meter.
        BadPayloadError: The meter gave no power.
    """
    if Module.Energy not in outlet.modules:
        message = f"{plug.model} has no energy meter"
        raise RejectedError(message)
    extra = _extra(outlet, plug)
    if isinstance(plug, IotDevice):
        return parse_kasa_meter(answers, at, extra)
    return parse_smart_meter(answers, at, extra)


def parse_kasa_meter(answers: MeterAnswers, at: datetime, extra: Mapping[str, float]) -> Reading:
    """Parse Kasa firmware, which counts for ever.

    Its daily total is looked up by python-kasa with this machine's day, not the plug's, so it is
    left alone.

    Raises:
        BadPayloadError: There is no power.
    """
    status = EmeterStatus(_results(answers).get("get_realtime", {}))
    if status.power is None:
        raise BadPayloadError(_meter_failed(answers))
    total_kwh = _not_below_zero(status.total)
    return _reading(at, status.power, status, energy_lifetime_kwh=total_kwh, extra=extra)


def parse_smart_meter(answers: MeterAnswers, at: datetime, extra: Mapping[str, float]) -> Reading:
    """Parse Tapo firmware, which counts by its own day. A failed method costs its values alone.

    Raises:
        BadPayloadError: No method gave the power.
    """
    results = _results(answers)
    status = EmeterStatus(results.get("get_emeter_data", {}))
    power_watts = _smart_power_watts(results)
    if power_watts is None:
        raise BadPayloadError(_meter_failed(answers))
    usage = results.get("get_energy_usage", {})
    return _reading(
        at,
        power_watts,
        status,
        energy_today_kwh=_day_kwh(usage.get("today_energy")),
        energy_exported_kwh=_day_kwh(usage.get("today_charge_energy")),
        extra=extra,
    )


def _reading(
    at: datetime,
    power_watts: float,
    status: EmeterStatus,
    **others: Any,  # noqa: ANN401 - the fields of Reading
) -> Reading:
    """Return a reading of what a plug can measure.

    Raises:
        BadPayloadError: Power or voltage cannot be; a current that cannot be is absent.
    """
    volts = None if status.voltage is None else check_voltage_volts(status.voltage)
    watts = check_power_watts(power_watts)
    return Reading(
        at=at,
        power_watts=watts,
        voltage_volts=volts,
        current_amperes=possible_current_amperes(status.current, watts, volts),
        **others,
    )


def _day_kwh(watt_hours: object) -> float | None:
    """Return the energy of a day; more than a plug can carry in one is none."""
    energy_wh = _not_below_zero(watt_hours)
    return None if energy_wh is None or energy_wh > MAX_DAY_WH else energy_wh / WH_PER_KWH


def _not_below_zero(energy: object) -> float | None:
    """Return an energy; below 0, such as -1, stands for a counter that the plug does not have."""
    number = _number(energy)
    return None if number is None or number < 0 else number


def _number(value: object) -> float | None:
    """Return a number; what is of another kind costs its own value alone."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < inf else None


def _smart_power_watts(results: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Return the power by the most precise method that answered."""
    milliwatts = _number(results.get("get_emeter_data", {}).get("power_mw"))
    if milliwatts is None:
        # P304M and P210M leave it out.
        milliwatts = _number(results.get("get_energy_usage", {}).get("current_power"))
    if milliwatts is not None:
        return milliwatts / MW_PER_WATT
    return _number(results.get("get_current_power", {}).get("current_power"))


def _results(answers: MeterAnswers) -> dict[str, Mapping[str, Any]]:
    return {method: result for method, result in answers.items() if isinstance(result, Mapping)}


def _meter_failed(answers: MeterAnswers) -> str:
    failed = {method: code for method, code in answers.items() if isinstance(code, SmartErrorCode)}
    codes = ", ".join(f"{method} {code.name} ({code.value})" for method, code in failed.items())
    codes = codes or ", ".join(_kasa_errors(answers))
    reason = f"the plug answers, but its meter gives no power{codes and ': ' + codes}"
    if failed.get("get_energy_usage") is SmartErrorCode.JSON_DECODE_FAIL_ERROR:
        return f"{reason}; {CLOCK_LOST}"
    return reason


def _kasa_errors(answers: MeterAnswers) -> Iterator[str]:
    for method, result in _results(answers).items():
        if result.get("err_code"):
            yield f"{method} {result.get('err_msg', 'error')} ({result['err_code']})"


def _extra(outlet: Device, plug: Device) -> dict[str, float]:
    extra = {"switch_on": float(outlet.is_on)}
    if plug.rssi is not None:
        extra["signal_dbm"] = float(plug.rssi)
    return extra
