"""The states of devices: present values, last readings, and what people entered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bff.device_meta.query import select_all_meta
from bff.places.schemas import DeviceState
from bff.places.states import device_state, silent_or_down, without_values
from bff.services import Services
from bff.victoriametrics.client import SourceOfDevice
from bff.victoriametrics.last_readings import fetch_last_readings
from bff.victoriametrics.live import Live, fetch_live
from home_model.config import Device, Home

type Present = Mapping[SourceOfDevice, Live]


@dataclass(frozen=True, slots=True)
class PresentStates:
    """The present values of each source, and the states of all devices of the house by them."""

    present: Present
    states: Sequence[DeviceState]


def fetch_present(services: Services, home: Home, *, with_voltage: bool = False) -> Present:
    """Fetch the present values of each source, volts and amperes only on request.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    seconds = services.settings.silent_after_seconds
    return fetch_live(
        services.victoriametrics, home, silent_after_seconds=seconds, with_voltage=with_voltage
    )


def fetch_states(
    services: Services,
    home: Home,
    devices: Sequence[Device],
    *,
    with_last_reading: bool,
    present: Present | None = None,
) -> list[DeviceState]:
    """Fetch the states of devices, on request with the last reading of those not up.

    Args:
        services: Of this process.
        home: The configuration.
        devices: The rows of the result.
        with_last_reading: Whether devices that are not up have the time of their last reading.
        present: The present values, where they are fetched already; else without voltage.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    live = fetch_present(services, home) if present is None else present
    not_up = silent_or_down(devices, live)
    last = fetch_last_readings(services.victoriametrics, home, not_up) if with_last_reading else {}
    live = {**live, **without_values(not_up, live, last)}
    meta = services.cached(select_all_meta)
    now = services.now()
    return [
        device_state(device, live, meta.get(device.device), now, home.zone) for device in devices
    ]


def fetch_present_states(services: Services, home: Home) -> PresentStates:
    """Fetch the states of all devices, without voltage and last readings.

    Raises:
        VictoriaMetricsDownError: No valid response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    present = fetch_present(services, home)
    states = fetch_states(services, home, home.devices, with_last_reading=False, present=present)
    return PresentStates(present, states)
