"""Judge each device by what its sources say: up, down or silent. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

from bff.device_meta.model import DeviceMeta
from bff.names import full_names
from bff.places.schemas import DeviceState, SourceState, State
from bff.victoriametrics.last_heard import Heard
from bff.victoriametrics.live import Live, SourceOfDevice
from home_model.config import Device, Name

NOTHING_SAID = DeviceMeta(name_ja=None, name_en=None, note="", rated_power_watts=None)


def quiet_sources(
    devices: Sequence[Device], lives: Mapping[SourceOfDevice, Live]
) -> AbstractSet[SourceOfDevice]:
    """The sources that are down or silent."""
    keys = {(device.device, each.source) for device in devices for each in device.sources}
    return {key for key in keys if not lives.get(key, Live()).is_up}


def only_last_heard(
    quiet: AbstractSet[SourceOfDevice], lives: Mapping[SourceOfDevice, Live], heard: Heard
) -> Mapping[SourceOfDevice, Live]:
    """What quiet sources still tell: when they were last read, and no value of that time."""
    return {key: Live(up=lives.get(key, Live()).up, at=heard.get(key)) for key in quiet}


def device_state(
    device: Device,
    lives: Mapping[SourceOfDevice, Live],
    meta: DeviceMeta | None,
    now: datetime,
    zone: ZoneInfo,
) -> DeviceState:
    """What a device says now, by the first of its sources that is up; else, when one last did."""
    said = meta or NOTHING_SAID
    sources = [
        _source_state(each.source, lives.get((device.device, each.source), Live()), now, zone)
        for each in device.sources
    ]
    best = next((each for each in sources if each.state == "up"), None)
    shown = best or max(sources, key=_last_read)
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
    return SourceState(
        source=source,
        state=_state(live),
        power_watts=live.power_watts,
        voltage_volts=live.voltage_volts,
        current_amperes=live.current_amperes,
        at=live.at and live.at.astimezone(zone),
        age_seconds=_age_seconds(live.at, now),
    )


def _state(live: Live) -> State:
    if live.up is False:
        return "down"
    return "up" if live.is_up else "silent"


def _last_read(source: SourceState) -> float:
    return source.at.timestamp() if source.at else -inf


def _age_seconds(at: datetime | None, now: datetime) -> float | None:
    # The exporter's clock may run a little ahead of ours.
    return None if at is None else max(0.0, round((now - at).total_seconds(), 3))
