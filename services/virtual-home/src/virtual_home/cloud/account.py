"""The account's view of the house: its device list, and the status of one device."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from home_model.config import Home
from home_model.sources import CloudSource
from virtual_home.cloud import answers, neighbours
from virtual_home.cloud.answers import Answer, success
from virtual_home.cloud.display import Display, current_display, electricity_now
from virtual_home.cloud.overrides import Overrides, RequestCounts, WattsChange
from virtual_home.cloud.quota import Quota
from virtual_home.cloud.signature import Account
from virtual_home.cloud.status_bodies import (
    Body,
    hub_id,
    plug_mini_body,
    plug_mini_eu_body,
    relay_1pm_body,
    relay_2pm_body,
    zeroed,
)
from virtual_home.meters import CloudMeter, meter_number, meters_of
from virtual_home.moments import moments
from virtual_home.presence import present


@dataclass(slots=True)
class VirtualCloud:
    """One account with one house.

    Attributes:
        clock: Unix seconds; the house lives by it.
        watts_changes: Every load that was set by hand, in the order of time.
    """

    home: Home
    account: Account
    quota: Quota
    seed: int
    clock: Callable[[], float] = time.time
    overrides: Overrides = field(default_factory=Overrides)
    request_counts: RequestCounts = field(default_factory=RequestCounts)
    watts_changes: list[WattsChange] = field(default_factory=list)

    def override_watts(self, device: str, watts: float | None) -> None:
        """Set the load of a device from now on; None returns it to its curve."""
        if watts is None:
            self.overrides.watts_override.pop(device, None)
        else:
            self.overrides.watts_override[device] = watts
        self.watts_changes.append(WattsChange(self.clock(), device, watts))

    def reset_overrides(self) -> None:
        """Undo all that was set by hand."""
        for device in tuple(self.overrides.watts_override):
            self.override_watts(device, None)
        self.overrides = Overrides()

    def all_meters(self) -> tuple[CloudMeter, ...]:
        """Return every meter of this cloud."""
        return meters_of(self.home, CloudSource)

    def meters(self, device_id: str) -> tuple[CloudMeter, ...]:
        """The meters behind one SwitchBot device: none, one, or a relay's two."""
        return tuple(m for m in self.all_meters() if m.source.id == device_id)

    def is_online(self, device_id: str) -> bool:
        """Return the override, else what the plug's own schedule has."""
        if device_id in self.overrides.online_override:
            return self.overrides.online_override[device_id]
        now = self.clock()
        return all(
            present(m.device.device, now, seed=self.seed, gone_since_unix_seconds=-math.inf)[0]
            for m in self.meters(device_id)
        )

    def device_list(self) -> Answer:
        """GET /v1.1/devices."""
        first_meters = {meter.source.id: meter for meter in reversed(self.all_meters())}
        plugs = [_list_item(meter) for meter in reversed(first_meters.values())]
        return success(
            {
                "deviceList": [*plugs, *neighbours.DEVICES],
                "infraredRemoteList": list(neighbours.REMOTES),
            }
        )

    def status(self, device_id: str) -> Answer:
        """GET /v1.1/devices/{deviceId}/status."""
        meters = self.meters(device_id)
        if not meters:
            return _neighbour_status(device_id)
        body = self._status_body(device_id, meters)
        if self.is_online(device_id):
            return success(body)
        return _offline(body)

    def display(self, meter: CloudMeter) -> Display:
        """What the meter shows now."""
        return current_display(
            meter,
            self.clock(),
            self.home.zone,
            seed=self.seed,
            watts_override=self.overrides.watts_override.get(meter.device.device),
        )

    def power_watts(self) -> dict[CloudMeter, float]:
        """Return what each meter shows of power now."""
        now, overridden = moments(self.clock(), self.home.zone), self.overrides.watts_override
        return {
            meter: float(
                electricity_now(
                    meter,
                    now,
                    seed=self.seed,
                    watts_override=overridden.get(meter.device.device),
                ).power_watts[0]
            )
            for meter in self.all_meters()
        }

    def _status_body(self, device_id: str, meters: tuple[CloudMeter, ...]) -> Body:
        shown = {meter_number(meter): self.display(meter) for meter in meters}
        match meters[0].appliance.device_type:
            case "Relay Switch 2PM":
                return relay_2pm_body(device_id, shown)
            case "Relay Switch 1PM":
                return relay_1pm_body(device_id, shown[1])
            case "Plug Mini (EU)":
                return plug_mini_eu_body(device_id, shown[1])
            case "Plug Mini (JP)" | "Plug Mini (US)" as plug:
                return plug_mini_body(device_id, plug, shown[1], self.overrides.current_scale)


def _list_item(meter: CloudMeter) -> Body:
    device_type, device_id = meter.appliance.device_type, meter.source.id
    return {
        "deviceId": device_id,
        "deviceName": meter.device.name.ja or meter.device.device,
        "deviceType": device_type,
        "enableCloudService": True,
        "hubDeviceId": hub_id(device_type, device_id),
    }


def _neighbour_status(device_id: str) -> Answer:
    if device_id == neighbours.CLOUD_SERVICE_OFF_ID:
        return answers.CLOUD_SERVICE_OFF
    # Hubs, remotes and wrong ids: success with nothing in it (SwitchBotAPI issue #89).
    return success(neighbours.STATUS.get(device_id, {}))


def _offline(body: Body) -> Answer:
    """Set `online` in a status that has it; Plug Mini JP answers 171, as if its hub were gone."""
    if "online" in body:
        return success(zeroed(body) | {"online": False})
    if body["deviceType"] == "Plug Mini (JP)":
        return answers.HUB_OFFLINE
    return answers.DEVICE_OFFLINE
