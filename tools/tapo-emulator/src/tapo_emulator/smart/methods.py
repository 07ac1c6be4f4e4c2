"""The methods that are not about energy, by name."""

from collections.abc import Callable

from tapo_emulator.plug import Plug
from tapo_emulator.smart.codes import Json
from tapo_emulator.smart.identity import (
    child_components,
    child_info,
    child_list,
    components,
    device_info,
    device_time,
    strip_info,
)

type Method = Callable[[Plug, int], Json]


def find(plug: Plug, method: str, child: int | None) -> Method | None:
    """What answers a method: an outlet of a strip, the strip itself, or a plug."""
    of_its_kind: dict[str, Method] = {}
    if child is not None:
        of_its_kind = CHILD_METHODS
    elif plug.model.outlets > 1:
        of_its_kind = STRIP_METHODS
    return of_its_kind.get(method) or METHODS.get(method)


def _usage_periods(plug: Plug, outlet: int) -> Json:
    today_wh = int(plug.meter(outlet).today_wh)
    periods = {"past30": today_wh, "past7": today_wh, "today": today_wh}
    return {"power_usage": periods, "saved_power": periods, "time_usage": periods}


def _latest_firmware(plug: Plug, _outlet: int) -> Json:
    return {
        "fw_size": 0,
        "fw_ver": plug.model.firmware,
        "hw_id": "",
        "need_to_upgrade": False,
        "oem_id": "",
        "release_date": "",
        "release_note": "",
        "type": 0,
    }


def _always(result: Json) -> Method:
    return lambda _plug, _outlet: result


CHILD_METHODS: dict[str, Method] = {"get_device_info": child_info}

STRIP_METHODS: dict[str, Method] = {
    "get_device_info": strip_info,
    "get_child_device_list": child_list,
    "get_child_device_component_list": child_components,
}

METHODS: dict[str, Method] = {
    "component_nego": components,
    "get_device_info": device_info,
    "get_device_time": device_time,
    "get_device_usage": _usage_periods,
    "get_latest_fw": _latest_firmware,
    "get_max_power": lambda plug, _outlet: {"max_power": plug.model.max_power_watts},
    "get_connect_cloud_state": _always({"status": 0}),
    "get_auto_off_config": _always({"delay_min": 120, "enable": False}),
    "get_protection_power": _always({"enabled": False, "protection_power": 0}),
    "get_led_info": _always({"led_rule": "always", "led_status": True}),
    "get_auto_update_info": _always({"enable": False, "random_range": 120, "time": 180}),
    "get_fw_download_state": _always(
        {"download_progress": 0, "reboot_time": 5, "status": 0, "upgrade_time": 5}
    ),
    "get_matter_setup_info": _always(
        {"setup_code": "00000000000", "setup_payload": "00:0000000000000000000"}
    ),
}
