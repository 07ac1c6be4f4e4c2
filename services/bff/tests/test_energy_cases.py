"""Every case of tests/energy holds on the real vmsingle, asked over the BFF's HTTP API.

`ENERGY_CASES=file pytest -k energy_cases` runs the cases of another file, relative to the folder
in which pytest was started.
"""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import yaml

from testbed.energy_cases import (
    FILES,
    Case,
    devices_of,
    load_cases,
    order_of,
    parse_instant,
    points_of,
)
from testbed.victoria_metrics import VictoriaMetrics

PATIENCE_SECONDS = 60.0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, by its name."""
    if "case" not in metafunc.fixturenames:
        return
    named = os.environ.get("ENERGY_CASES")
    files = (metafunc.config.invocation_params.dir / named,) if named else FILES
    cases = [pytest.param(case, id=case["name"]) for case in load_cases(files)]
    metafunc.parametrize("case", cases)


def write_home(path: Path, case: Case) -> None:
    places: dict[str, dict[str, None]] = {}
    devices = []
    for number, device in enumerate(devices_of(case)):
        places.setdefault(device["room"], {})[device["shelf"]] = None
        sources = [source_of(kind, number) for kind in order_of(case, device)]
        rated = {"rated_power_watts": device["rated"]} if "rated" in device else {}
        devices.append(
            {key: device[key] for key in ("device", "room", "shelf")} | {"sources": sources} | rated
        )
    home = {
        "house": "home",
        "time_zone": case.get("zone", "UTC"),
        "currency": "JPY",
        "rooms": [
            {"room": room, "shelves": [{"shelf": shelf} for shelf in shelves]}
            for room, shelves in places.items()
        ],
        "devices": devices,
    }
    path.write_text(yaml.safe_dump(home), "utf-8")


def source_of(kind: str, number: int) -> dict[str, str]:
    more = {
        "ble": {"model": "plug_mini_jp"},
        "native": {"address": f"192.0.2.{number + 1}"},
    }
    return {"source": kind, "id": f"0000000000{number:02}"} | more.get(kind, {})


def import_samples(vm: VictoriaMetrics, case: Case, key: str = "segments") -> None:
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


def set_prices(api: httpx.Client, prices: list[Case]) -> None:
    for row in api.get("/unit_prices").raise_for_status().json():
        api.delete(f"/unit_prices/{row['id']}").raise_for_status()
    for price in prices:
        row = {
            "price_per_kwh": str(price["yen_per_kwh"]),
            "valid_from": str(price["from"]),
            "valid_to": price["to"] and str(price["to"]),
        }
        api.post("/unit_prices", json=row).raise_for_status()


def ask(api: httpx.Client, case: Case) -> Case:
    """The answer, once the ledger has built what it is asked for."""
    question = {key: str(value) for key, value in case["ask"].items()}
    until = time.monotonic() + PATIENCE_SECONDS
    while (
        answer := api.get("/cost", params=question)
    ).status_code == httpx.codes.SERVICE_UNAVAILABLE:
        assert time.monotonic() < until, answer.text
        time.sleep(0.1)
    return answer.raise_for_status().json()


def check(answer: Case, case: Case, expect: Case) -> None:
    """Everything that the case expects; a word that is not known here is an error."""
    kwh = Decimal(str(expect.pop("tolerance_kwh", case["tolerance_kwh"])))
    yen = Decimal(str(expect.pop("tolerance_yen", case["tolerance_yen"])))
    total, rows = answer["total"], answer["rows"]
    of_rows = [row["figures"]["energy_kwh"] for row in rows]
    for word, value in expect.items():
        match word:
            case "energy_kwh" | "estimated_kwh" | "unpriced_kwh":
                near(total[word], value, kwh)
            case "cost_yen":
                near(total["cost"], value, yen)
            case "missing_seconds" | "estimated_seconds" | "measured_seconds":
                assert total["coverage"][word] == pytest.approx(value, abs=1)
            case "count":
                assert len(rows) == value
            case "each":
                near_all(of_rows, [value] * len(rows), kwh)
            case "by":
                near_all(of_rows, value, kwh)
            case "by_place":
                costs = {row["place"]["shelf"]: row["figures"]["cost"] for row in rows}
                assert costs.keys() == value.keys()
                near_all(list(costs.values()), [value[shelf] for shelf in costs], yen)
            case "unpriced":
                spans = [
                    (parse_instant(span["from"]), parse_instant(span["to"]))
                    for span in total["unpriced"]
                ]
                assert spans == [(parse_instant(start), parse_instant(end)) for start, end in value]
            case _:
                pytest.fail(f"this runner does not know what '{word}' expects")


def near(told: str | None, expected: float | None, tolerance: Decimal) -> None:
    if expected is None:
        assert told is None
        return
    assert told is not None
    assert abs(Decimal(told) - Decimal(str(expected))) <= tolerance, f"{told} is not {expected}"


def near_all(told: list[str | None], expected: list[float | None], tolerance: Decimal) -> None:
    assert len(told) == len(expected)
    for one, other in zip(told, expected, strict=True):
        near(one, other, tolerance)


def test_case(
    case: Case, vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The BFF answers as expected, also after late samples and after corrected prices."""
    write_home(home_file, case)
    import_samples(vm, case)
    api = open_bff(vm.url)
    set_prices(api, case.get("prices", []))
    check(ask(api, case), case, dict(case["expect"]))
    if any("later" in source for device in devices_of(case) for source in device["sources"]):
        import_samples(vm, case, "later")
        api.post("/ledger/rebuild", json={}).raise_for_status()
    if "then_prices" in case:
        set_prices(api, case["then_prices"])
    if "then_expect" in case:
        check(ask(api, case), case, dict(case["then_expect"]))
