"""Costs and present values are written without being validated, and are what schemas describe."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from bff.cost.schemas import Cost
from bff.first_screen.schemas import FirstScreen
from bff.places.schemas import DeviceState, PlaceNode
from testbed.case_house import wait_for

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOW = MARCH + timedelta(hours=30)
SPAN = {"from": MARCH.isoformat(), "to": (MARCH + timedelta(hours=48)).isoformat()}
CONTRACT = {
    "valid_from": "2025-01-01",
    "kwh": {"round": "half_up"},
    "lines": [
        {"name": "basic", "kind": "basic", "amount": "1000"},
        {"name": "energy", "kind": "energy", "price": "31"},
    ],
    "total": {"round": "down"},
}


def device(name: str, watts: int, **more: object) -> dict[str, Any]:
    """A device that is silent for an hour, whose counter goes on."""
    first = {"from": MARCH, "to": MARCH + timedelta(hours=10), "start_kwh": 1}
    second = {"from": MARCH + timedelta(hours=11), "to": NOW, "start_kwh": 1 + 11 * watts / 1000}
    segments = [
        part
        | {"every_s": 60, "watts": watts}
        | {name: at.isoformat() for name, at in part.items() if isinstance(at, datetime)}
        for part in (first, second)
    ]
    return {"device": name, "room": "attic", "shelf": "top", "segments": segments} | more


CASE = {
    "source": "native",
    "vendor": "tplink_native",
    "devices": [
        device("circuit", 500),
        device("heater", 700, upstream="circuit"),  # more than its circuit: over-measured
        device("mains", 900, kind="grid_import"),
    ],
}


@pytest.fixture
def api(open_case: Callable[..., httpx.Client]) -> httpx.Client:
    """A house with a meter, a price that began within the range, and a contract."""
    api = open_case(CASE, now=lambda: NOW)
    price = {"price_per_kwh": "27.5", "valid_from": (MARCH + timedelta(hours=5)).isoformat()}
    api.post("/unit_prices", json=price).raise_for_status()
    contract = {"name": "plain", "document": CONTRACT}
    api.post("/contracts", json=contract).raise_for_status()
    return api


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"by": "hour"},
        {"by": "day", "group_by": "room"},
        {"group_by": "device"},
        {"group_by": "device", "basis": "contract"},
        {"by": "day", "basis": "contract", "allocation": "marginal"},
        {"device": "heater"},
    ],
)
def test_a_cost_is_what_its_schema_describes(api: httpx.Client, rows: dict[str, str]) -> None:
    """Read by the schema and written again it is the same: nothing lacks, nothing is more."""
    written = wait_for(api, "/cost", SPAN | rows)
    read = TypeAdapter(Cost).validate_python(written)
    assert TypeAdapter(Cost).dump_python(read, mode="json") == written


@pytest.mark.parametrize(
    ("path", "schema"), [("/places", PlaceNode), ("/devices", list[DeviceState])]
)
def test_present_values_are_what_their_schema_describes(
    api: httpx.Client, path: str, schema: type
) -> None:
    """Of devices that are silent: the others are among the tests of live values."""
    written = wait_for(api, path, {})
    assert written
    read = TypeAdapter(schema).validate_python(written)
    assert TypeAdapter(schema).dump_python(read, mode="json") == written


def test_all_parts_of_a_cost_were_compared(api: httpx.Client) -> None:
    """Gaps, missing prices and faults of meters are among what was asked for above."""
    cost = wait_for(api, "/cost", SPAN | {"group_by": "device"})
    assert cost["total"]["unpriced"]
    assert cost["over_measured"][0]["suspects"]
    assert float(cost["total"]["estimated_kwh"]) > 0


def test_a_first_screen_is_what_its_schema_describes(api: httpx.Client) -> None:
    """With all the models in it."""
    written = wait_for(api, "/first_screen", {})
    read = FirstScreen.model_validate(written)
    assert read.model_dump(mode="json", by_alias=True) == written
