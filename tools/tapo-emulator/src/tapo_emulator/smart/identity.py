"""The description of a Tapo plug: itself, its radio, its relay and its outlets."""

import base64

from tapo_emulator.models import Components
from tapo_emulator.plug import Plug
from tapo_emulator.smart.codes import Json


def device_info(plug: Plug, outlet: int) -> Json:
    """A plug with one outlet."""
    return _identity(plug) | _radio(plug) | _relay(plug, outlet)


def strip_info(plug: Plug, _outlet: int) -> Json:
    """A strip as a whole: no relay of its own, so no `device_on`."""
    return _identity(plug) | _radio(plug) | {"nickname": _base64(plug.nickname)}


def child_info(plug: Plug, outlet: int) -> Json:
    """One outlet of a strip."""
    own = {
        "bind_count": 1,
        "category": "plug.powerstrip.sub-plug",
        "device_id": plug.child_id(outlet),
        "is_usb": False,
        "mac": plug.mac.replace("-", ""),  # P304M(UK) 1.0.3 writes the outlets' without dashes
        "nickname": _base64(f"{plug.nickname} {outlet + 1}"),
        "original_device_id": plug.device_id,
        "position": outlet + 1,
        "slot_number": plug.model.outlets,
        "status_follow_edge": True,
    }
    return _identity(plug) | _relay(plug, outlet) | own


def child_list(plug: Plug, _outlet: int) -> Json:
    """All outlets of a strip."""
    children = [child_info(plug, outlet) for outlet in plug.listed_outlets()]
    return {"child_device_list": children, "start_index": 0, "sum": len(children)}


def child_components(plug: Plug, _outlet: int) -> Json:
    """What each outlet of a strip can do."""
    children = [
        {"device_id": plug.child_id(outlet), **_listed(plug.model.child_components)}
        for outlet in plug.listed_outlets()
    ]
    return {"child_component_list": children, "start_index": 0, "sum": len(children)}


def components(plug: Plug, _outlet: int) -> Json:
    """What the plug can do."""
    return _listed(plug.model.components)


def device_time(plug: Plug, _outlet: int) -> Json:
    """What the plug believes the time is."""
    return {
        "region": plug.region,
        "time_diff": _utc_offset_minutes(plug),
        "timestamp": round(plug.local_time().timestamp()),
    }


def _identity(plug: Plug) -> Json:
    return {
        "avatar": "plug",
        "device_id": plug.device_id,
        "fw_id": "0" * 32,
        "fw_ver": plug.model.firmware,
        "has_set_location_info": False,
        "hw_id": "0" * 32,
        "hw_ver": plug.model.hardware,
        "latitude": 0,
        "longitude": 0,
        "mac": plug.mac,
        "model": plug.model.name,
        "oem_id": "0" * 32,
        "region": plug.region,
        "type": plug.model.family,
    }


def _radio(plug: Plug) -> Json:
    return {
        "ip": "127.0.0.1",
        "lang": "en_US",
        "rssi": plug.model.rssi_dbm,
        "signal_level": 2,
        "specs": "",
        "ssid": _base64("home"),
        "time_diff": _utc_offset_minutes(plug),
    }


def _relay(plug: Plug, outlet: int) -> Json:
    return {
        "auto_off_remain_time": 0,
        "auto_off_status": "off",
        "charging_status": "normal",
        "default_states": {"type": "last_states", "state": {}},
        "device_on": plug.outlets[outlet].on,
        "nickname": _base64(plug.nickname),
        "on_time": 0,
        "overcurrent_status": "normal",
        "overheat_status": "normal",
        "power_protection_status": "normal",
    }


def _listed(parts: Components) -> Json:
    return {"component_list": [{"id": name, "ver_code": version} for name, version in parts]}


def _utc_offset_minutes(plug: Plug) -> int:
    offset = plug.local_time().utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
