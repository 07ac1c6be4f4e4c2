"""Judge each device by what its sources say: up, down or silent. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bff.device_meta.model import DeviceMeta
from bff.names import full_names
from bff.places.schemas import DeviceState, SourceState, State
from bff.victoriametrics.live import Live, SourceOfDevice
from home_model.config import Device, Name

NOTHING_SAID = DeviceMeta(name_ja=None, name_en=None, note="", rated_power_watts=None)


def device_state(
    device: Device,
    lives: Mapping[SourceOfDevice, Live],
    meta: DeviceMeta | None,
    now: datetime,
    zone: ZoneInfo,
) -> DeviceState:
    """What a device says now, by the first of its sources that is up."""
    said = meta or NOTHING_SAID
    sources = [
        _source_state(each.source, lives.get((device.device, each.source), Live()), now, zone)
        for each in device.sources
    ]
    best = next((each for each in sources if each.state == "up"), None)
    shown = best or _source_state("", Live(), now, zone)
    return DeviceState(
        device=device.device,
        room=device.room,
        shelf=device.shelf,
        name=full_names(device.device, Name(ja=said.name_ja, en=said.name_en), device.name),
        note=said.note,
        rated_power_watts=said.rated_power_watts or device.rated_power_watts,
        state=_joint_state(sources),
        source=best.source if best else None,
        power_watts=shown.power_watts,
        voltage_volts=shown.voltage_volts,
        current_amperes=shown.current_amperes,
        at=shown.at,
        age_seconds=shown.age_seconds,
        sources=sources,
    )


def _joint_state(sources: list[SourceState]) -> State:
    states = {source.state for source in sources}
    if "up" in states:
        return "up"
    return "down" if "down" in states else "silent"


def _source_state(source: str, live: Live, now: datetime, zone: ZoneInfo) -> SourceState:
    state = _state(live)
    shown = live if state == "up" else Live()
    return SourceState(
        source=source,
        state=state,
        power_watts=shown.power_watts,
        voltage_volts=shown.voltage_volts,
        current_amperes=shown.current_amperes,
        at=shown.at and shown.at.astimezone(zone),
        age_seconds=_age_seconds(shown.at, now),
    )


def _state(live: Live) -> State:
    if live.up is False:
        return "down"
    # "Up" without a reading is a claim without evidence: nothing is known of the device.
    return "up" if live.up and live.power_watts is not None else "silent"


def _age_seconds(at: datetime | None, now: datetime) -> float | None:
    # The exporter's clock may run a little ahead of ours.
    return None if at is None else max(0.0, round((now - at).total_seconds(), 3))
