"""`/devices/{device}/availability`: when a device was up, down or silent."""

from fastapi import APIRouter

from bff.availability.query import fetch_availability
from bff.availability.response import availability_response
from bff.availability.schemas import Availability
from bff.http.schemas import DeviceId, From, To
from bff.register.register import device_by_id
from bff.services import UsedServices
from bff.time_grid import Interval, unix_milliseconds

router = APIRouter(tags=["devices"])


@router.get("/devices/{device}/availability", summary="When a device was up, down or silent")
def get_availability(services: UsedServices, device: DeviceId, from_: From, to: To) -> Availability:
    """By hour up to 45 days, else by day. A device is up while any of its sources has readings."""
    register = services.register.current()
    found = device_by_id(register, device)
    interval = Interval(unix_milliseconds(from_), unix_milliseconds(to))
    states = fetch_availability(services, register.home, found, interval)
    return availability_response(register.home, device, interval, states)
