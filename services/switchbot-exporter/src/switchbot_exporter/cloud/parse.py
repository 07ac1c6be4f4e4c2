"""Which meter a status body comes from, by its device type or else by its fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from home_model.errors import BadPayloadError, RejectedError
from home_model.readings import Reading
from switchbot_exporter.cloud.meters import parse_channel, parse_plug_mini, parse_power_meter

type Layout = Literal["plug_mini", "power_meter", "two_meters"]

LAYOUT_OF_TYPE: dict[str, Layout] = {
    "Plug Mini (US)": "plug_mini",
    "Plug Mini (JP)": "plug_mini",
    "Plug Mini (EU)": "power_meter",
    "Relay Switch 1PM": "power_meter",
    "Relay Switch 2PM": "two_meters",
}
WITHOUT_METER = frozenset({"Plug", "Relay Switch 1", "Garage Door Opener"})


def parse_status(
    body: Mapping[str, object],
    *,
    listed_type: str | None,
    meter: int | None,
    at: datetime,
) -> Reading:
    """The reading in a status body.

    Args:
        body: The `body` of the answer.
        listed_type: The type that the device list gave, for bodies without `deviceType`.
        meter: 1 or 2 on a device with two meters.
        at: When the answer reached us; the body itself carries no time.

    Raises:
        RejectedError: The device has no meter, or the configured meter does not fit it.
        BadPayloadError: The body is empty or holds nonsense.
    """
    if not body:
        reason = "the answer is empty: the cloud has lost its link to the device"
        raise BadPayloadError(reason)
    layout = _layout(body, _device_type(body) or listed_type)
    if layout == "two_meters":
        return parse_channel(body, _needed(meter), at)
    if meter is not None:
        reason = "this device has one meter: remove 'meter' from its configuration"
        raise RejectedError(reason)
    return parse_plug_mini(body, at) if layout == "plug_mini" else parse_power_meter(body, at)


def _device_type(body: Mapping[str, object]) -> str | None:
    value = body.get("deviceType")
    return value if isinstance(value, str) and value else None


def _layout(body: Mapping[str, object], device_type: str | None) -> Layout:
    known = LAYOUT_OF_TYPE.get(device_type or "")
    if known:
        return known
    if device_type in WITHOUT_METER:
        reason = f"a {device_type} has no meter"
        raise RejectedError(reason)
    return _layout_by_fields(body)


def _layout_by_fields(body: Mapping[str, object]) -> Layout:
    if "switch1Power" in body or "switch2Power" in body:
        return "two_meters"
    if "weight" in body:
        return "plug_mini"
    # A string here is the switch of a device that measures nothing.
    if isinstance(body.get("power"), int | float):
        return "power_meter"
    reason = "the answer holds no power in watts: this device has no meter we know"
    raise RejectedError(reason)


def _needed(meter: int | None) -> int:
    if meter is None:
        reason = "this device has two meters: add 'meter: 1' or 'meter: 2' to its configuration"
        raise RejectedError(reason)
    return meter
