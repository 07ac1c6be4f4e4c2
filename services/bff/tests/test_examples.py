"""Swagger UI is a real way to work: what it fills in can be executed as it is."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import httpx
import pytest

from bff.app import create_app
from testbed.case_house import wait_for
from testbed.victoria_metrics import VictoriaMetrics

HOME = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - {room: study, shelves: [{shelf: rack_1}]}
  - {room: kitchen, shelves: [{shelf: counter}]}
devices:
  - device: server
    room: study
    shelf: rack_1
    sources: [{source: cloud, id: 0000000000A1}]
  - device: kettle
    room: kitchen
    shelf: counter
    sources:
      - {source: native, id: 0000000000A2, address: 192.0.2.2}
      - {source: matter, id: 0000000000A2}
"""
START, END = (datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=9) for month in (3, 4))
EVERY = timedelta(minutes=10)
# The present of the test, so that the examples' dates are of the past.
NOW = datetime(2026, 6, 5, tzinfo=UTC)
YEARS = ("2020", "2021", "2022", "2023")
# What an example names and this house has none of: what there is has other names each time.
NEVER_THERE = {
    ("put", "/api/v1/notices/{notice_id}/acknowledgement"): {404, 409},
    ("delete", "/api/v1/notices/{notice_id}/acknowledgement"): {404},
    ("post", "/api/v1/register/corrections"): {409},
    ("delete", "/api/v1/register/corrections/{correction_id}"): {404},
    ("get", "/api/v1/events/{event_id}"): {404},
    ("post", "/api/v1/events/{event_id}/answer"): {404},
    ("delete", "/api/v1/events/{event_id}/answer"): {404},
    # The example that changed a price or a contract made it what the next one would add.
    ("post", "/api/v1/unit_prices"): {409},
    ("post", "/api/v1/unit_prices/effect"): {409},
    ("post", "/api/v1/contracts"): {409},
    # Change 1 is of a price that was changed since.
    ("post", "/api/v1/history/{revision_id}/undo"): {409},
}
CONTRACTS = Path(__file__).parents[3] / "config" / "contracts"
REBUILDING = 503
PATIENCE_SECONDS = 60
METHODS = ("put", "post", "get", "delete")

type Described = Mapping[str, Any]


@pytest.fixture
def house(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> httpx.Client:
    """A house with the devices that the examples name, measured in March 2026, and three prices."""
    home_file.write_text(HOME, encoding="utf-8")
    steps = range(int((END - START) / EVERY) + 1)
    at = [(START + step * EVERY).timestamp() for step in steps]
    for family, room, shelf, device, source in (
        ("switchbot", "study", "rack_1", "server", "cloud"),
        ("tplink_native", "kitchen", "counter", "kettle", "native"),
        ("tplink_matter", "kitchen", "counter", "kettle", "matter"),
    ):
        place = {"house": "home", "room": room, "shelf": shelf, "device": device, "source": source}
        counter = [(each, 1 + step / 60) for step, each in zip(steps, at, strict=True)]
        vm.import_samples({"__name__": f"{family}_energy_total_kwh"} | place, counter)
        vm.import_samples(
            {"__name__": f"{family}_power_watts"} | place, [(each, 100.0) for each in at]
        )
    shutil.copytree(CONTRACTS, home_file.parent / "contracts")
    api = open_bff(vm.url, now=lambda: NOW)
    for start, end in pairwise(YEARS):
        price = {
            "price_per_kwh": "30",
            "valid_from": f"{start}-01-01T00:00:00+09:00",
            "valid_to": f"{end}-01-01T00:00:00+09:00",
        }
        api.post("/unit_prices", json=price).raise_for_status()
    document = create_app().openapi()["components"]["schemas"]["ContractInput"]["examples"][0]
    api.post("/contracts", json=document).raise_for_status()
    wait_for(api, "/cost", {"from": START.isoformat(), "to": END.isoformat()})
    return api


def examples_of(described: Described) -> list[Any]:
    """All that Swagger UI offers, the one it fills in first."""
    examples = described.get("examples", ())
    return [each["value"] for each in examples.values()] if isinstance(examples, dict) else examples


def resolved(document: Described, schema: Described) -> Described:
    """A schema by its reference."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def bodies_of(document: Described, operation: Described) -> Iterator[Mapping[str, Any]]:
    """Every example of a request's body; one request without a body where it takes none."""
    if "requestBody" not in operation:
        yield {}
        return
    [(media_type, content)] = operation["requestBody"]["content"].items()
    of_schema = examples_of(resolved(document, content["schema"]))
    examples = examples_of(content) or of_schema
    assert examples, f"{operation['operationId']}: Swagger UI would have to invent a body"
    for example in examples:
        is_json = media_type == "application/json"
        body = {"json": example} if is_json else {"content": example}
        yield body | {"headers": {"Content-Type": media_type}}


def execute(
    api: httpx.Client, document: Described, path: str, method: str
) -> Iterator[httpx.Response]:
    """The answers to each example of an operation."""
    operation = document["paths"][path][method]
    query, url = {}, path
    for parameter in operation.get("parameters", ()):
        examples = examples_of(parameter) or examples_of(resolved(document, parameter["schema"]))
        if parameter["in"] == "path":
            url = url.replace(f"{{{parameter['name']}}}", str(examples[0]))
        elif examples:
            query[parameter["name"]] = examples[0]
    whole = str(api.base_url).removesuffix("/api/v1/") + url
    if "text/event-stream" in operation["responses"].get("200", {}).get("content", ()):
        with api.stream(method, whole, params=query) as answer:
            next(answer.iter_lines())  # it never ends by itself
        yield answer
        return
    for body in bodies_of(document, operation):
        until = time.monotonic() + PATIENCE_SECONDS
        # One of the examples rebuilds the ledger.
        while (
            answer := api.request(method, whole, params=query, **body)
        ).status_code == REBUILDING:
            assert time.monotonic() < until, answer.text
            time.sleep(0.1)
        yield answer


def test_every_example_can_be_executed(house: httpx.Client) -> None:
    """Changes first, then questions, then deletions: each does what it is an example of."""
    document = create_app().openapi()
    failed = {}
    for method, path in product(METHODS, document["paths"]):
        if method not in document["paths"][path]:
            continue
        for answer in execute(house, document, path, method):
            expected = NEVER_THERE.get((method, path), set())
            if not answer.is_success and answer.status_code not in expected:
                failed[method, path] = answer.text
    assert failed == {}
