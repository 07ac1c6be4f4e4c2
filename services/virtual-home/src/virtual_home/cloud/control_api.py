"""The control API: `/virtual/` sets loads, outages and faults. Not part of SwitchBot's API.

Devices are named as in the configuration, or by their SwitchBot id.
"""

from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from virtual_home.cloud.account import VirtualCloud
from virtual_home.cloud.inputs import (
    CurrentInput,
    FaultInput,
    OnlineInput,
    QuotaInput,
    WattsInput,
    parsed,
)
from virtual_home.cloud.neighbours import STATUS
from virtual_home.cloud.overrides import Fault, RequestCounts
from virtual_home.cloud.wire import REDIRECT_TARGET
from virtual_home.meters import CloudMeter


def control_routes(cloud: VirtualCloud) -> list[web.RouteDef]:
    """Every route below `/virtual/`."""
    api = _ControlApi(cloud)
    device = "/virtual/devices/{device}"
    return [
        web.get("/virtual/", api.show),
        web.post("/virtual/reset", api.reset),
        web.get("/virtual/requests", api.show_requests),
        web.delete("/virtual/requests", api.forget_requests),
        web.put("/virtual/quota", api.set_quota),
        web.put("/virtual/current", api.set_current_scale),
        web.put("/virtual/fault", api.set_fault_for_all),
        web.delete("/virtual/fault", api.clear_fault_for_all),
        web.put(f"{device}/watts", api.set_watts),
        web.delete(f"{device}/watts", api.clear_watts),
        web.put(f"{device}/online", api.set_online),
        web.delete(f"{device}/online", api.clear_online),
        web.put(f"{device}/fault", api.set_fault),
        web.delete(f"{device}/fault", api.clear_fault),
        web.get(REDIRECT_TARGET, api.elsewhere),
    ]


@dataclass(frozen=True, slots=True)
class _ControlApi:
    cloud: VirtualCloud

    async def show(self, _: web.Request) -> web.Response:
        overrides, quota = self.cloud.overrides, self.cloud.quota
        return web.json_response(
            {
                "house": self.cloud.home.house,
                "fault_for_all": overrides.fault_for_all and asdict(overrides.fault_for_all),
                "current_scale": overrides.current_scale,
                "quota": {
                    "limit": quota.limit,
                    "remaining": quota.remaining(self.cloud.clock()),
                    "header": overrides.remaining_header,
                },
                "devices": {
                    meter.device.device: self._meter(meter, watts)
                    for meter, watts in self.cloud.power_watts().items()
                },
            }
        )

    def _meter(self, meter: CloudMeter, watts: float) -> dict[str, Any]:
        overrides, device_id = self.cloud.overrides, meter.source.id
        fault = overrides.fault_by_id.get(device_id)
        return {
            "id": device_id,
            "type": meter.appliance.device_type,
            "meter": meter.source.meter,
            "watts": watts,
            "watts_override": meter.device.device in overrides.watts_override,
            "online": self.cloud.is_online(device_id),
            "online_override": device_id in overrides.online_override,
            "fault": fault and asdict(fault),
        }

    async def reset(self, _: web.Request) -> web.Response:
        self.cloud.reset_overrides()
        self.cloud.quota.set_remaining(self.cloud.quota.limit, self.cloud.clock())
        return _done()

    async def show_requests(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self.cloud.request_counts))

    async def forget_requests(self, _: web.Request) -> web.Response:
        self.cloud.request_counts = RequestCounts()
        return _done()

    async def set_quota(self, request: web.Request) -> web.Response:
        wanted = await parsed(request, QuotaInput)
        if wanted.remaining is not None:
            self.cloud.quota.set_remaining(wanted.remaining, self.cloud.clock())
        if "header" in wanted.model_fields_set:
            self.cloud.overrides.remaining_header = wanted.header
        return _done()

    async def set_current_scale(self, request: web.Request) -> web.Response:
        self.cloud.overrides.current_scale = (await parsed(request, CurrentInput)).scale
        return _done()

    async def set_fault_for_all(self, request: web.Request) -> web.Response:
        wanted = await parsed(request, FaultInput)
        self.cloud.overrides.fault_for_all = _fault(wanted)
        return _done()

    async def clear_fault_for_all(self, _: web.Request) -> web.Response:
        self.cloud.overrides.fault_for_all = None
        return _done()

    async def set_watts(self, request: web.Request) -> web.Response:
        wanted = await parsed(request, WattsInput)
        for meter in self._meters(request):
            self.cloud.override_watts(meter.device.device, wanted.watts)
        return _done()

    async def clear_watts(self, request: web.Request) -> web.Response:
        for meter in self._meters(request):
            self.cloud.override_watts(meter.device.device, None)
        return _done()

    async def set_online(self, request: web.Request) -> web.Response:
        wanted = await parsed(request, OnlineInput)
        self.cloud.overrides.online_override[self._id(request)] = wanted.online
        return _done()

    async def clear_online(self, request: web.Request) -> web.Response:
        self.cloud.overrides.online_override.pop(self._id(request), None)
        return _done()

    async def set_fault(self, request: web.Request) -> web.Response:
        wanted = await parsed(request, FaultInput)
        self.cloud.overrides.fault_by_id[self._id(request)] = _fault(wanted)
        return _done()

    async def clear_fault(self, request: web.Request) -> web.Response:
        self.cloud.overrides.fault_by_id.pop(self._id(request), None)
        return _done()

    async def elsewhere(self, _: web.Request) -> web.Response:
        self.cloud.request_counts.redirects_followed += 1
        body = STATUS["6055F9A1FF01"] | {"weight": 9999.9}
        return web.json_response({"statusCode": 100, "body": body, "message": "success"})

    def _meters(self, request: web.Request) -> tuple[CloudMeter, ...]:
        name = request.match_info["device"]
        found = tuple(
            meter
            for meter in self.cloud.all_meters()
            if name in {meter.device.device, meter.source.id}
        )
        if not found:
            known = ", ".join(meter.device.device for meter in self.cloud.all_meters())
            raise web.HTTPNotFound(text=f"there is no device '{name}'; known: {known}\n")
        return found

    def _id(self, request: web.Request) -> str:
        return self._meters(request)[0].source.id


def _fault(wanted: FaultInput) -> Fault:
    return Fault(wanted.fault, wanted.times, wanted.retry_after_seconds)


def _done() -> web.Response:
    return web.Response(status=204)
