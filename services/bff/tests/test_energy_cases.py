"""Every case of tests/energy holds on the real vmsingle, asked over the BFF's HTTP API."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from testbed.victoria_metrics import VictoriaMetrics

FOLDER = Path(__file__).parents[3] / "tests" / "energy"
YAML_FILES = ("cases.yaml", "own_cases.yaml")

type Case = dict[str, Any]
type OpenBff = Callable[..., httpx.Client]


def cases() -> Iterator[Any]:
    for name in YAML_FILES:
        document = YAML(typ="safe").load(FOLDER / name)
        for case in document["cases"]:
            yield pytest.param(document["defaults"] | case, id=case["name"])


def instant(text: str | datetime) -> datetime:
    at = datetime.fromisoformat(str(text))
    assert at.tzinfo is not None, f"{text} has no offset"
    return at


def points_of(what: Case) -> Iterator[tuple[float, float]]:
    for at, kwh in what.get("points", ()):
        yield instant(at).timestamp(), kwh
    for segment in what.get("segments", ()):
        at, end = instant(segment["from"]), instant(segment["to"])
        step, start = timedelta(seconds=segment["every_s"]), at
        while at <= end:
            poll = timedelta(seconds=segment.get("polled_every_s", segment["every_s"]))
            hours = (at - start) // poll * poll / timedelta(hours=1)
            yield at.timestamp(), segment["start_kwh"] + segment["watts"] / 1000 * hours
            at += step


def devices_of(case: Case) -> list[Case]:
    """The devices of a case, each with its sources, all defaults filled in."""
    place = {"room": "work", "shelf": "rack_1"}
    devices = case.get("devices", [{"device": case["device"]} | case])
    return [
        place | device | {"sources": device.get("sources", [{"source": case["source"]} | device])}
        for device in devices
    ]


def write_home(path: Path, case: Case) -> None:
    places: dict[str, dict[str, None]] = {}
    devices = []
    for number, device in enumerate(devices_of(case)):
        places.setdefault(device["room"], {})[device["shelf"]] = None
        order = case.get("order", [source["source"] for source in device["sources"]])
        sources = [source_of(kind, number) for kind in dict.fromkeys(order)]
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
    YAML().dump(home, path)


def source_of(kind: str, number: int) -> dict[str, str]:
    more = {"model": "plug_mini_jp"} if kind == "ble" else {}
    return {"source": kind, "id": f"0000000000{number:02}"} | more


def import_samples(vm: VictoriaMetrics, case: Case, key: str = "sources") -> None:
    for device in devices_of(case):
        for source in device[key]:
            labels = {
                "__name__": f"{case['vendor']}_energy_total_kwh",
                "house": "home",
                "room": source.get("room", device["room"]),
                "shelf": source.get("shelf", device["shelf"]),
                "device": device["device"],
                "source": source["source"],
            }
            vm.import_samples(labels, list(points_of(source)))


def set_prices(api: httpx.Client, prices: list[Case]) -> None:
    for row in api.get("/unit_prices").raise_for_status().json():
        api.delete(f"/unit_prices/{row['id']}").raise_for_status()
    for price in prices:
        row = {
            "price_per_kwh": str(price["yen_per_kwh"]),
            "valid_from": price["from"],
            "valid_to": price["to"],
        }
        api.post("/unit_prices", json=row).raise_for_status()


def ask(api: httpx.Client, case: Case) -> Case:
    question = {key: str(value) for key, value in case["ask"].items()}
    return api.get("/cost", params=question).raise_for_status().json()


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
                spans = [(instant(span["from"]), instant(span["to"])) for span in total["unpriced"]]
                assert spans == [(instant(start), instant(end)) for start, end in value]
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


@pytest.mark.parametrize("case", list(cases()))
def test_case(
    case: Case, vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The BFF says what the case expects, also after its prices were corrected."""
    write_home(home_file, case)
    import_samples(vm, case)
    api = open_bff(vm.url)
    set_prices(api, case.get("prices", []))
    check(ask(api, case), case, dict(case["expect"]))
    if "then_prices" in case:
        set_prices(api, case["then_prices"])
        check(ask(api, case), case, dict(case["then_expect"]))
