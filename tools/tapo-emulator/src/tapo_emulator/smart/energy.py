"""The energy methods of a Tapo plug.

`get_energy_usage` has mW and Wh, `get_current_power` has W under the same name, `get_emeter_data`
has mW, mV and mA.
"""

from collections.abc import Callable

from tapo_emulator.plug import Fault, Plug
from tapo_emulator.smart.codes import JSON_DECODE_FAIL, PARAMS_ERROR, UNKNOWN_METHOD, Json, ok

FAILING_METHOD = {
    Fault.CLOCK_LOST: "get_energy_usage",
    Fault.EMETER_DATA_BROKEN: "get_emeter_data",
}


def answer(plug: Plug, method: str, child: int | None) -> Json:
    """The answer to one of METHODS, from a plug or from an outlet of a strip."""
    if plug.model.outlets > 1 and child is None:
        return {"error_code": PARAMS_ERROR}  # the parent of a strip has no meter
    if not plug.model.emeter_data and method != "get_energy_usage":
        return {"error_code": UNKNOWN_METHOD}
    if method == FAILING_METHOD.get(plug.fault) or plug.meter_is_broken(child or 0):
        return {"error_code": JSON_DECODE_FAIL}
    return ok(METHODS[method](plug, child or 0))


def _energy_usage(plug: Plug, outlet: int) -> Json:
    meter = plug.meter(outlet)
    usage: Json = {
        "electricity_charge": [0, 0, 0],
        "local_time": plug.local_time().strftime("%Y-%m-%d %H:%M:%S"),
        "month_energy": int(meter.month_wh),
        "month_runtime": 0,
        "today_energy": int(meter.today_wh),
        "today_runtime": 0,
    }
    if meter.exported_today_wh:
        usage["today_charge_energy"] = int(meter.exported_today_wh)
    if plug.model.watts_in_usage:
        usage["current_power"] = _milli(meter.power_watts(plug.clock()))
    return usage


def _current_power(plug: Plug, outlet: int) -> Json:
    return {"current_power": round(plug.meter(outlet).power_watts(plug.clock()))}


def _emeter_data(plug: Plug, outlet: int) -> Json:
    meter = plug.meter(outlet)
    watts = meter.power_watts(plug.clock())
    return {
        "current_ma": _milli(watts / plug.model.volts),
        "energy_wh": int(meter.lifetime_wh),
        "power_mw": _milli(watts),
        "voltage_mv": _milli(plug.model.volts),
    }


def _calibration(_plug: Plug, _outlet: int) -> Json:
    return {"igain": 11437, "vgain": 127146}


def _milli(value: float) -> int:
    return round(value * 1000)


METHODS: dict[str, Callable[[Plug, int], Json]] = {
    "get_energy_usage": _energy_usage,
    "get_current_power": _current_power,
    "get_emeter_data": _emeter_data,
    "get_emeter_vgain_igain": _calibration,
}
