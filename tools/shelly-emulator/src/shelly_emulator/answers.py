"""What a device answers, as JSON values. Pure."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from shelly_emulator.device import PHASES, Device, Meter

type Fields = dict[str, Any]

INVALID_ARGUMENT, NO_SUCH_INSTANCE, NO_HANDLER = -103, -105, 404


class RpcError(Exception):
    """A call that the device refuses.

    Args:
        code: The device's own.
        message: Its text.
        status: Of the answer to a GET.
    """

    def __init__(self, code: int, message: str, status: HTTPStatus) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def call(device: Device, method: str, params: Mapping[str, Any]) -> Fields:
    """Return the result of a method.

    Raises:
        RpcError: There is no such method or component.
    """
    if found := WHOLE.get(method):
        return found(device)
    component, _, verb = method.partition(".")
    components = status(device)
    if verb != "GetStatus" or not any(_type(key) == component.lower() for key in components):
        raise RpcError(NO_HANDLER, f"No handler for {method}", HTTPStatus.NOT_FOUND)
    if "id" not in params:
        message = "Missing required argument 'id'!"
        raise RpcError(INVALID_ARGUMENT, message, HTTPStatus.INTERNAL_SERVER_ERROR)
    key = f"{component.lower()}:{params['id']}"
    if key not in components:
        message = f"Argument 'id', value {params['id']} not found!"
        raise RpcError(NO_SUCH_INSTANCE, message, HTTPStatus.INTERNAL_SERVER_ERROR)
    return components[key]


def _type(key: str) -> str:
    return key.partition(":")[0]


def info(device: Device) -> Fields:
    """Return the answer to `/shelly` and `Shelly.GetDeviceInfo`."""
    model = device.model
    if model.generation == 1:
        return {
            "type": model.code,
            "mac": device.mac,
            "auth": device.login is not None,
            "fw": "20230913-114150/v1.14.0-gcb84623",
            "num_outputs": 1,
            "num_meters": 1,
        }
    profile = {"profile": model.profile} if model.profile else {}
    return {
        "name": device.name or None,
        "id": device.device_id,
        "mac": device.mac,
        "slot": 0,
        "model": model.code,
        "gen": model.generation,
        "fw_id": "20251021-123843/gc6531a3",
        "ver": "1.7.99",
        "app": model.app,
        "auth_en": device.login is not None,
        "auth_domain": device.device_id if device.login else None,
        **profile,
    }


def status(device: Device) -> Fields:
    """Return the answer to `Shelly.GetStatus`: every component."""
    device.advance()
    fields: Fields = {"ble": {}, "cloud": {"connected": False}, "mqtt": {"connected": False}}
    for component in device.model.meters:
        fields |= _component(device, component)
    for component in device.model.others:
        fields[component] = {"id": int(component[-1]), "source": "init", "output": False}
    fields["sys"] = _system(device)
    fields["wifi"] = {"sta_ip": "192.0.2.20", "status": "got ip", "ssid": "home", "rssi": -58}
    return fields


def config(device: Device) -> Fields:
    """Return the answer to `Shelly.GetConfig`, as far as it is about meters."""
    return {
        component: {"id": int(component[-1]), "reverse": component in device.reversed}
        for component in device.model.meters
    }


WHOLE: Mapping[str, Callable[[Device], Fields]] = {
    "Shelly.GetDeviceInfo": info,
    "Shelly.GetStatus": status,
    "Shelly.GetConfig": config,
}


def _component(device: Device, component: str) -> Fields:
    index = int(component[-1])
    match _type(component):
        case "em":
            return {
                component: {"id": index, **_phases(device)},
                f"emdata:{index}": {"id": index, **_phase_counters(device)},
            }
        case "em1":
            meter = device.meters[component]
            fields = {"id": index, "calibration": "factory", **_measured(device, meter)}
            fields["act_power"] = fields.pop("apower")
            counters = {
                "total_act_energy": round(meter.imported_wh, 2),
                "total_act_ret_energy": round(meter.returned_wh, 2),
            }
            return {component: _with_errors(fields, meter), f"em1data:{index}": counters}
        case meter_type:
            return {component: _plug(device, component, has_output=meter_type == "switch")}


def _plug(device: Device, component: str, *, has_output: bool) -> Fields:
    meter = device.meters[component]
    both_wh = 0.0 if device.is_starting else meter.imported_wh + meter.returned_wh
    returned_wh = 0.0 if device.is_starting else meter.returned_wh
    minute = int(device.now().timestamp()) // 60 * 60 if device.has_clock else 0
    by_minute = [abs(round(meter.watts * 1000 / 60, 3))] * 3
    fields: Fields = {
        "id": int(component[-1]),
        "source": "init",
        **({"output": True} if has_output else {}),
        **_measured(device, meter),
        "aenergy": {"total": round(both_wh, 3), "by_minute": by_minute, "minute_ts": minute},
        "temperature": {"tC": 31.2, "tF": 88.2},
    }
    if device.model.counts_returned:
        returned = {"total": round(returned_wh, 3), "by_minute": [0.0] * 3, "minute_ts": minute}
        fields["ret_aenergy"] = returned
    kept = {name: value for name, value in fields.items() if name not in device.missing}
    kept |= dict.fromkeys(device.null & kept.keys())
    return _with_errors(kept, meter)


def _measured(device: Device, meter: Meter) -> Fields:
    """Return watts, volts and amperes; a load below the dead band of 1 W shows as 0."""
    if device.is_starting:
        return {"apower": 0.0, "voltage": 0.0, "current": 0.0, "freq": 0.0, "pf": 0.0}
    watts = meter.watts if abs(meter.watts) >= 1 else 0.0
    if not device.model.counts_returned:
        watts = abs(watts)  # firmware without a counter for it has no direction
    volts = device.model.volts
    amperes = round(abs(watts) / volts, 3)
    return {
        "apower": round(watts, 1),
        "voltage": volts,
        "current": amperes,
        "freq": 50.0,
        "pf": 1.0,
    }


def _with_errors(fields: Fields, meter: Meter) -> Fields:
    return fields | ({"errors": list(meter.errors)} if meter.errors else {})


def _phases(device: Device) -> Fields:
    fields: Fields = {"n_current": None, "user_calibrated_phase": []}
    for phase in PHASES:
        meter = device.meters[phase]
        fields |= {
            f"{phase}_act_power": round(meter.watts, 1),
            f"{phase}_voltage": device.model.volts,
            f"{phase}_current": round(abs(meter.watts) / device.model.volts, 3),
            f"{phase}_pf": 1.0,
            f"{phase}_freq": 50.0,
        }
        if meter.errors:
            fields[f"{phase}_errors"] = list(meter.errors)
    watts = sum(device.meters[phase].watts for phase in PHASES)
    return fields | {"total_act_power": round(watts, 3), "total_current": 0.0}


def _phase_counters(device: Device) -> Fields:
    """Return the sums of the phases: nothing is set off between them."""
    fields: Fields = {}
    for phase in PHASES:
        meter = device.meters[phase]
        fields[f"{phase}_total_act_energy"] = round(meter.imported_wh, 2)
        fields[f"{phase}_total_act_ret_energy"] = round(meter.returned_wh, 2)
    imported_wh = sum(device.meters[phase].imported_wh for phase in PHASES)
    returned_wh = sum(device.meters[phase].returned_wh for phase in PHASES)
    return fields | {"total_act": round(imported_wh, 2), "total_act_ret": round(returned_wh, 2)}


def _system(device: Device) -> Fields:
    unix = int(device.now().timestamp())
    return {
        "mac": device.mac,
        "restart_required": False,
        "time": device.now().strftime("%H:%M") if device.has_clock else None,
        "unixtime": unix if device.has_clock else None,
        "last_sync_ts": unix - 60 if device.has_clock else None,
        "uptime": int(device.uptime_seconds),
        "ram_free": 120_000,
        "fs_free": 180_000,
        "cfg_rev": 12,
        "available_updates": {},
        "reset_reason": 3,
    }
