"""The state of each device by its sources: up, down or silent. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

from bff.db.tables import DeviceMeta
from bff.names import full_names
from bff.places.schemas import DeviceState, SourceState, State
from bff.victoriametrics.last_readings import LastReadings
from bff.victoriametrics.live import Live, SourceOfDevice
from home_model.config import Device, Name

NO_META = DeviceMeta(name_ja=None, name_en=None, note="", rated_power_watts=None)


def silent_or_down(
    devices: Sequence[Device], live: Mapping[SourceOfDevice, Live]
) -> AbstractSet[SourceOfDevice]:
    """Return the sources that are down or silent."""
    keys = {(device.device, each.source) for device in devices for each in device.sources}
    return {key for key in keys if not live.get(key, Live()).is_up}


def without_values(
    keys: AbstractSet[SourceOfDevice],
    live: Mapping[SourceOfDevice, Live],
    last_readings: LastReadings,
) -> Mapping[SourceOfDevice, Live]:
    """Return for these sources when they were last read, without any value of that time."""
    return {
        key: Live(up=known.up, at=last_readings.get(key), arrived_at=known.arrived_at)
        for key in keys
        for known in (live.get(key, Live()),)
    }


def device_state(
    device: Device,
    live: Mapping[SourceOfDevice, Live],
    meta: DeviceMeta | None,
    now: datetime,
    zone: ZoneInfo,
) -> DeviceState:
    """Return a device's state by the first of its sources that is up; else, when one last was."""
    meta_row = meta or NO_META
    entered = (Name(ja=meta.name_ja, en=meta.name_en),) if meta else ()
    sources = [
        _source_state(each.source, live.get((device.device, each.source), Live()), now, zone)
        for each in device.sources
    ]
    best = next((each for each in sources if each.state == "up"), None)
    shown = best or max(sources, key=_last_read)
    return DeviceState(
        device=device.device,
        room=device.room,
        shelf=device.shelf,
        name=full_names(device.device, *entered, device.name),
        note=meta_row.note,
        rated_power_watts=meta_row.rated_power_watts or device.rated_power_watts,
        kind=device.kind,
        upstream=device.upstream,
        house_meter=device.house_meter,
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


def _source_state(source: str, values: Live, now: datetime, zone: ZoneInfo) -> SourceState:
    return SourceState(
        source=source,
        state=_state(values),
        power_watts=values.power_watts,
        voltage_volts=values.voltage_volts,
        current_amperes=values.current_amperes,
        at=values.at and values.at.astimezone(zone),
        age_seconds=_age_seconds(values.at, now),
        arrived_at=values.arrived_at and values.arrived_at.astimezone(zone),
    )


def _state(values: Live) -> State:
    if values.up is False:
        return "down"
    return "up" if values.is_up else "silent"


def _last_read(source: SourceState) -> float:
    return source.at.timestamp() if source.at else -inf


def _age_seconds(at: datetime | None, now: datetime) -> float | None:
    # The exporter's clock may run a little ahead of ours.
    return None if at is None else max(0.0, round((now - at).total_seconds(), 3))
