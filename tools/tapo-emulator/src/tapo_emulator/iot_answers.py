"""The JSON of Kasa (IOT) firmware, as inside KLAP: HS110, KP115, KP125 and similar."""

from collections.abc import Callable
from typing import Any

from tapo_emulator.plug import Plug

type Json = dict[str, Any]

NOT_SUPPORTED: Json = {"err_code": -1, "err_msg": "module not support"}
NO_SUCH_METHOD: Json = {"err_code": -2, "err_msg": "member not support"}


def answer(plug: Plug, request: Json) -> Json:
    """One answer for each module and method that the request names."""
    return {module: _module(plug, module, methods) for module, methods in request.items()}


def _module(plug: Plug, module: str, methods: Json) -> Json:
    known = MODULES.get(module)
    if known is None or not isinstance(methods, dict):
        return NOT_SUPPORTED
    return {method: _method(plug, known.get(method)) for method in methods}


def _method(plug: Plug, method: Callable[[Plug], Json] | None) -> Json:
    return method(plug) | {"err_code": 0} if method else NO_SUCH_METHOD


def _sysinfo(plug: Plug) -> Json:
    return {
        "active_mode": "none",
        "alias": plug.nickname,
        "dev_name": "Smart Wi-Fi Plug Mini",
        "deviceId": plug.device_id,
        "feature": "TIM:ENE",
        "hwId": "0" * 32,
        "hw_ver": plug.model.hardware,
        "icon_hash": "",
        "latitude_i": 0,
        "led_off": 0,
        "longitude_i": 0,
        "mac": plug.mac.replace("-", ":"),
        "mic_type": plug.model.family,
        "model": f"{plug.model.name}({plug.model.region})",
        "next_action": {"type": -1},
        "oemId": "0" * 32,
        "on_time": 0,
        "relay_state": int(plug.outlets[0].on),
        "rssi": plug.model.rssi_dbm,
        "status": "configured",
        "sw_ver": plug.model.firmware,
        "updating": 0,
    }


def _realtime(plug: Plug) -> Json:
    meter = plug.meter()
    watts = meter.power_watts(plug.clock())
    return {
        "current_ma": round(watts / plug.model.volts * 1000),
        "power_mw": round(watts * 1000),
        "total_wh": int(meter.lifetime_wh),
        "voltage_mv": round(plug.model.volts * 1000),
    }


def _days(plug: Plug) -> Json:
    return {
        "day_list": [
            {"year": year, "month": month, "day": day, "energy_wh": int(energy_wh)}
            for (year, month, day), energy_wh in plug.meter().days_wh.items()
        ]
    }


def _months(plug: Plug) -> Json:
    now = plug.local_time()
    return {
        "month_list": [
            {"year": now.year, "month": now.month, "energy_wh": int(plug.meter().month_wh)}
        ]
    }


def _time(plug: Plug) -> Json:
    now = plug.local_time()
    return {
        "year": now.year,
        "month": now.month,
        "mday": now.day,
        "hour": now.hour,
        "min": now.minute,
        "sec": now.second,
    }


MODULES: dict[str, dict[str, Callable[[Plug], Json]]] = {
    "system": {"get_sysinfo": _sysinfo},
    "emeter": {"get_realtime": _realtime, "get_daystat": _days, "get_monthstat": _months},
    "time": {"get_time": _time, "get_timezone": lambda _plug: {"index": 90}},
}
