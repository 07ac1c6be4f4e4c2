"""Watts now of meters above meters, on a real vmsingle: each watt once, and how far apart read."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.victoria_metrics import VictoriaMetrics

HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms: [{room: hall, shelves: [{shelf: panel}]}, {room: study, shelves: [{shelf: desk}]}]
devices:
"""
DEVICE = "  - {{device: {name}, room: {place}, sources: [{{source: cloud, id: {id}}}]}}\n"
HOUSE_METER = ("house", "hall, shelf: panel, house_meter: true")
GRID = (
    ("bought", "hall, shelf: panel, kind: grid_import"),
    ("sold", "hall, shelf: panel, kind: grid_export"),
    ("sun", "hall, shelf: panel, kind: generation"),
)
STUDY = (
    ("circuit", "study, shelf: desk"),
    ("server", "study, shelf: desk, upstream: circuit"),
    ("balcony", "study, shelf: desk, kind: generation, upstream: circuit"),
)
NOW = {
    "bought": 200,
    "sold": 0,
    "sun": 700,
    "house": 880,
    "circuit": 300,
    "server": 350,
    "balcony": 120,
}

type Live = Callable[..., dict[str, Any]]


@pytest.fixture
def live(home_file: Path, vm: VictoriaMetrics, open_bff: Callable[..., httpx.Client]) -> Live:
    """Return the place tree of devices with these watts, some read some seconds earlier."""
    began = time.time()

    def places(
        *devices: tuple[str, str], watts: Mapping[str, float] = NOW, ages: Mapping[str, float] = {}
    ) -> dict[str, Any]:
        lines = [
            DEVICE.format(name=name, place=place, id=f"A000000000{n:02}")
            for n, (name, place) in enumerate(devices)
        ]
        home_file.write_text(HEAD + "".join(lines), "utf-8")
        for name, _ in devices:
            if name in watts:
                _write(vm, name, watts[name], began - ages.get(name, 1))
        api = open_bff(vm.url, now=lambda: datetime.fromtimestamp(began, UTC))
        return api.get("/places").raise_for_status().json()

    return places


def _write(vm: VictoriaMetrics, device: str, watts: float, at: float) -> None:
    labels = {"house": "home", "room": "x", "shelf": "x", "device": device, "source": "cloud"}
    for word, value in (("device_up", 1), ("power_watts", watts)):
        vm.import_samples({"__name__": f"switchbot_{word}"} | labels, [(at, value)])


def watts_of(tree: dict[str, Any]) -> dict[str, float | None]:
    """The watts of every place and device, by its id."""
    found = {tree["id"]: tree["live"]["power_watts"]}
    for child in tree["children"]:
        found |= watts_of(child)
    return found


def test_by_the_house_meter_each_watt_counts_once(live: Live) -> None:
    """A circuit has what is left of it, a balcony's panel feeds it; the house is its meter."""
    tree = live(HOUSE_METER, *GRID, *STUDY)
    found = watts_of(tree)
    assert tree["rest_watts"] == 880 - 300
    assert (found["circuit"], found["server"]) == (300 - 350 + 120, 350)
    assert found["study"] == 300 + 120
    assert found["hall"] is None
    # What the balcony gives is used behind the circuit: the house's meter does not have it.
    assert found["home"] == 880 + 120 == tree["rest_watts"] + found["study"]


def test_without_a_house_meter_the_grid_and_the_sun_give_the_house(live: Live) -> None:
    """What they give and no device explains is the house's rest; without one of them unknown."""
    tree = live(*GRID, *STUDY)
    assert watts_of(tree)["home"] == 900 + 120
    assert tree["rest_watts"] == 900 - 300
    assert watts_of(tree)["study"] == 420


def test_a_grid_meter_that_is_not_up_leaves_the_rest_unknown(live: Live) -> None:
    """Null, not zero: the devices are still added up."""
    tree = live(*GRID, *STUDY, watts={name: watts for name, watts in NOW.items() if name != "sun"})
    assert tree["rest_watts"] is None
    assert watts_of(tree)["home"] == 420


def test_a_circuit_that_is_not_up_has_no_rest_and_hides_nothing_behind_it(live: Live) -> None:
    """What is behind it counts by itself, and is taken from the house's meter."""
    watts = {name: watts for name, watts in NOW.items() if name != "circuit"}
    tree = live(HOUSE_METER, *STUDY, watts=watts)
    found = watts_of(tree)
    assert (found["circuit"], found["study"]) == (None, 350)
    assert tree["rest_watts"] == 880 - (350 - 120)


def test_readings_of_different_ages_are_reported_where_they_are_subtracted(live: Live) -> None:
    """Of a circuit, of the house's meter, and of the meters of grid and sun; of nothing else."""
    ages = {"circuit": 2, "server": 17, "balcony": 5}
    tree = live(HOUSE_METER, *STUDY, ages=ages)
    spreads = {room["id"]: room["live"]["age_spread_seconds"] for room in tree["children"]}
    assert spreads["study"] == pytest.approx(15, abs=0.01)
    (desk,) = tree["children"][1]["children"]
    of_server = next(node for node in desk["children"] if node["id"] == "server")
    assert of_server["live"]["age_spread_seconds"] is None
    assert tree["live"]["age_spread_seconds"] == pytest.approx(15, abs=0.01)


def test_the_meters_of_grid_and_sun_report_how_far_apart_they_were_read(live: Live) -> None:
    """The house's rest is only as good as these are of one time."""
    tree = live(*GRID, ages={"bought": 1, "sold": 1, "sun": 25})
    assert tree["live"]["age_spread_seconds"] == pytest.approx(24, abs=0.01)
