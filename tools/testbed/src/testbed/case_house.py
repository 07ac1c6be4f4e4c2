"""A case of `tests/energy` as a house: its configuration, samples and prices, and its answers."""

import time
from decimal import Decimal
from pathlib import Path

import httpx
import yaml

from testbed.energy_cases import Case, devices_of, order_of, points_of
from testbed.victoria_metrics import VictoriaMetrics

PATIENCE_SECONDS = 60.0
# What `devices.yaml` states of a device beside its place and its sources.
DEVICE_KEYS = (
    "device",
    "room",
    "shelf",
    "kind",
    "upstream",
    "house_meter",
    "moves",
    "was",
    "max_power_watts",
)


def write_home(path: Path, case: Case) -> None:
    """Write the configuration file of a case."""
    places: dict[str, dict[str, None]] = {}
    devices = []
    for number, device in enumerate(devices_of(case)):
        for place in (device, *(device | move for move in device.get("moves", ()))):
            places.setdefault(place["room"], {})[place["shelf"]] = None
        sources = [source_of(kind, number) for kind in order_of(case, device)]
        rated_watts = device.get("rated", device.get("rated_power_watts"))
        rated = {} if rated_watts is None else {"rated_power_watts": rated_watts}
        devices.append(
            {key: device[key] for key in DEVICE_KEYS if key in device}
            | {"sources": sources}
            | rated
        )
    home = {
        "house": "home",
        "time_zone": case.get("zone", "UTC"),
        "currency": case.get("currency", "JPY"),
        "rooms": [
            {"room": room, "shelves": [{"shelf": shelf} for shelf in shelves]}
            for room, shelves in places.items()
        ],
        "devices": devices,
    }
    path.write_text(yaml.safe_dump(home), "utf-8")


def source_of(kind: str, number: int) -> dict[str, str]:
    """Return the configuration of a source."""
    more = {
        "ble": {"model": "plug_mini_jp"},
        "native": {"address": f"192.0.2.{number + 1}"},
    }
    return {"source": kind, "id": f"A000000000{number:02}"} | more.get(kind, {})


def import_samples(vm: VictoriaMetrics, case: Case, key: str = "segments") -> None:
    """Write the samples of a case."""
    for device in devices_of(case):
        for source in device["sources"]:
            labels = {
                "__name__": f"{case['vendor']}_energy_total_kwh",
                "house": "home",
                "room": source.get("room", device["room"]),
                "shelf": source.get("shelf", device["shelf"]),
                "device": device["device"],
                "source": source["source"],
            }
            if points := list(points_of(source, key)):
                vm.import_samples(labels, points)
            if exported := list(points_of(source, f"exported_{key}")):
                name = {"__name__": f"{case['vendor']}_energy_exported_total_kwh"}
                vm.import_samples(labels | name, exported)


def set_prices(api: httpx.Client, prices: list[Case]) -> None:
    """Replace all prices."""
    for row in api.get("/unit_prices").raise_for_status().json():
        api.delete(f"/unit_prices/{row['id']}").raise_for_status()
    for price in prices:
        row = {
            "direction": price.get("direction", "import"),
            "price_per_kwh": str(price["yen_per_kwh"]),
            "valid_from": str(price["from"]),
            "valid_to": price["to"] and str(price["to"]),
        }
        api.post("/unit_prices", json=row).raise_for_status()


def wait_for(api: httpx.Client, path: str, question: dict[str, str]) -> Case:
    """Return an answer, once the ledger has built what is asked for."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (answer := api.get(path, params=question)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
        if time.monotonic() > until:
            raise TimeoutError(answer.text)
        time.sleep(0.1)
    return answer.raise_for_status().json()


def near(actual: str | None, expected: float | None, tolerance: Decimal) -> None:
    """Hold an exact figure against an expected one.

    Raises:
        AssertionError: It differs by more than the tolerance, or is known and should not be.
    """
    if actual is None or expected is None:
        is_near = actual is None and expected is None
    else:
        is_near = abs(Decimal(actual) - Decimal(str(expected))) <= tolerance
    if not is_near:
        message = f"{actual} is not {expected}"
        raise AssertionError(message)
