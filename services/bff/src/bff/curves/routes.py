"""`/devices/{device}/curves`: what a device measured, step by step."""

from typing import Annotated

from fastapi import APIRouter, Query

from bff.curves.query import fetch_curves, step_seconds
from bff.curves.response import curves_response
from bff.curves.schemas import Curves, Quantity
from bff.http.schemas import DeviceId, From, To
from bff.register.register import device_by_id
from bff.services import UsedServices
from bff.time_grid import Interval, unix_milliseconds

router = APIRouter(tags=["devices"])


@router.get("/devices/{device}/curves", summary="A quantity of a device as curves")
def get_curves(
    services: UsedServices,
    device: DeviceId,
    from_: From,
    to: To,
    quantity: Annotated[Quantity, Query(description="What was measured.")] = "power_watts",
) -> Curves:
    """At most 1,500 steps; the lowest and the highest value of each. Silence is null."""
    register = services.register.current()
    found = device_by_id(register, device)
    interval = Interval(unix_milliseconds(from_), unix_milliseconds(to))
    step = step_seconds(interval)
    curves = fetch_curves(services, register.home, found, quantity, interval)
    return curves_response(register.home, device, quantity, interval, step, curves)
