"""`/house`, `/places` and `/devices`: what there is and what it says now."""

from collections.abc import Sequence

from fastapi import APIRouter

from bff.database import reading
from bff.device_meta.store import all_meta
from bff.ids import DeviceId
from bff.names import full_names
from bff.places.device_states import device_state, only_last_heard, quiet_sources
from bff.places.nodes import house_node
from bff.places.schemas import DeviceState, House, PlaceNode
from bff.places.tree import device_by_id
from bff.services import Services, Used
from bff.victoriametrics.last_heard import fetch_last_heard
from bff.victoriametrics.live import fetch_live
from home_model.config import Device, Home

router = APIRouter(tags=["live"])


@router.get("/house", summary="The house: zone, currency, time")
def get_house(used: Used) -> House:
    """Answers also while VictoriaMetrics is away."""
    home = used.home()
    return House(
        house=home.house,
        name=full_names(home.house, home.name),
        time_zone=home.time_zone,
        currency=home.currency,
        virtual=used.settings.virtual_home,
        now=used.now().astimezone(home.zone),
    )


@router.get("/places", summary="The place tree with watts now")
def get_places(used: Used) -> PlaceNode:
    """House, rooms, shelves and devices; each with the sum of what is up in it."""
    home = used.home()
    return house_node(home, _states(used, home, home.devices, tells_since=False))


@router.get("/devices", summary="All devices and what they say now")
def list_devices(used: Used) -> list[DeviceState]:
    """In configuration order. A value that nobody says is null, never 0.

    Of a device that is down or silent, `at` and `age_seconds` tell since when.
    """
    home = used.home()
    return _states(used, home, home.devices, tells_since=True)


@router.get("/devices/{device}", summary="One device and what it says now")
def get_device(used: Used, device: DeviceId) -> DeviceState:
    """404 names the devices there are."""
    home = used.home()
    (state,) = _states(used, home, [device_by_id(home, device)], tells_since=True)
    return state


def _states(
    used: Services, home: Home, devices: Sequence[Device], *, tells_since: bool
) -> list[DeviceState]:
    lives = fetch_live(
        used.victoriametrics, home, silent_after_seconds=used.settings.silent_after_seconds
    )
    quiet = quiet_sources(devices, lives)
    heard = fetch_last_heard(used.victoriametrics, home, quiet) if tells_since else {}
    lives = {**lives, **only_last_heard(quiet, lives, heard)}
    with reading(used.engine) as session:
        meta = all_meta(session)
    now = used.now()
    return [
        device_state(device, lives, meta.get(device.device), now, home.zone) for device in devices
    ]
