"""The past of the house over HTTP while `devices.yaml` changes under a running BFF."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from testbed.case_house import wait_for
from testbed.victoria_metrics import VictoriaMetrics

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_DAY = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
BOTH_DAYS = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
WATTS = {"meter": 900, "fridge": 100, "kettle": 250, "lamp": 50, "solar": 300}
ROOMS = {"kitchen": ["wall", "floor"], "study": ["desk"]}
FAMILIES = {"native": "tplink_native", "cloud": "switchbot"}
CHANGES = 20


class House:
    """A BFF whose clock and configuration file a test moves."""

    def __init__(
        self, file: Path, vm: VictoriaMetrics, open_bff: Callable[..., httpx.Client]
    ) -> None:
        self.now = MARCH + timedelta(days=2)
        self.api: httpx.Client | None = None
        self._file = file
        self._files = 0
        self._open = lambda: open_bff(vm.url, now=lambda: self.now)

    def configure(self, *devices: dict[str, Any]) -> None:
        """Put another file in the place of the one before, and wait until it is registered."""
        self._files += 1
        home = {
            "house": "home",
            "name": {"en": f"file {self._files}"},
            "time_zone": "UTC",
            "currency": "JPY",
            "rooms": [
                {"room": room, "shelves": [{"shelf": shelf} for shelf in shelves]}
                for room, shelves in ROOMS.items()
            ],
            "devices": list(devices),
        }
        written = self._file.with_suffix(".new")
        written.write_text(yaml.safe_dump(home), "utf-8")
        written.rename(self._file)
        if self.api is not None:
            while self.api.get("/house").json()["name"]["en"] != home["name"]["en"]:
                pass
            self.kwh(**FIRST_DAY)

    def open(self) -> None:
        """Start a BFF."""
        self.api = self._open()
        self.kwh(**FIRST_DAY)

    @property
    def client(self) -> httpx.Client:
        """A client of the BFF that runs."""
        assert self.api is not None
        return self.api

    def kwh(self, **question: str) -> str | dict[str, str | None] | None:
        """The total of a range, or its rows by the id of their place."""
        answer = wait_for(self.client, "/cost", question)
        if "group_by" not in question:
            return answer["total"]["energy_kwh"]
        level = question["group_by"]
        return {row["place"][level]: row["figures"]["energy_kwh"] for row in answer["rows"]}


def device(name: str, room: str = "kitchen", shelf: str = "wall", **more: object) -> dict[str, Any]:
    source = {
        "source": "native",
        "id": f"0000000000{list(WATTS).index(name):02}" if name in WATTS else "0000000000FF",
        "address": "192.0.2.1",
    }
    return {"device": name, "room": room, "shelf": shelf, "sources": [source]} | more


def cloud(name: str) -> dict[str, Any]:
    return {"source": "cloud", "id": f"0000000000{list(WATTS).index(name):02}"}


def measure(
    vm: VictoriaMetrics,
    name: str,
    watts: float,
    days: int = 3,
    source: str = "native",
) -> None:
    labels = {
        "__name__": f"{FAMILIES[source]}_energy_total_kwh",
        "house": "home",
        "room": "kitchen",
        "shelf": "wall",
        "device": name,
        "source": source,
    }
    points = [
        ((MARCH + timedelta(minutes=minute)).timestamp(), 5 + watts * minute / 60_000)
        for minute in range(days * 1440 + 1)
    ]
    vm.import_samples(labels, points)


@pytest.fixture
def house(home_file: Path, vm: VictoriaMetrics, open_bff: Callable[..., httpx.Client]) -> House:
    """Five devices that were measured for three days, at the end of the second one."""
    for name, watts in WATTS.items():
        measure(vm, name, watts)
    return House(home_file, vm, open_bff)


def test_a_device_that_leaves_the_file_keeps_its_past(house: House) -> None:
    """It is retired: its energy stays in every total, until it left."""
    house.configure(device("fridge"), device("lamp", "study", "desk"))
    house.open()
    before = house.kwh(**FIRST_DAY)
    assert before == "3.6"
    house.configure(device("lamp", "study", "desk"))
    assert house.kwh(**FIRST_DAY) == before
    house.now += timedelta(hours=12)
    until_now = {"from": BOTH_DAYS["from"], "to": "2026-03-03T12:00:00Z"}
    assert house.kwh(**until_now, group_by="device") == {"lamp": "3", "fridge": "4.8"}
    assert house.kwh(**FIRST_DAY, device="fridge") == "2.4"
    assert house.kwh(**FIRST_DAY, room="kitchen") == "2.4"


def test_a_device_that_moves_takes_along_only_what_comes(house: House) -> None:
    """Each room has what was used in it; the device has all."""
    house.configure(device("fridge"))
    house.open()
    assert house.kwh(**FIRST_DAY, group_by="room") == {"kitchen": "2.4"}
    house.configure(device("fridge", "study", "desk"))
    house.now += timedelta(hours=12)
    until_now = {"from": FIRST_DAY["from"], "to": "2026-03-03T12:00:00Z"}
    assert house.kwh(**until_now, group_by="room") == {"kitchen": "4.8", "study": "1.2"}
    assert house.kwh(**until_now, group_by="device") == {"fridge": "6"}


def test_another_order_of_the_sources_counts_from_now_on(house: House, vm: VictoriaMetrics) -> None:
    """Two sources of a device never agree exactly: the one that counted then still does."""
    measure(vm, "fridge", 200, source="cloud")
    both = [*device("fridge")["sources"], cloud("fridge")]
    house.configure(device("fridge", sources=both))
    house.open()
    inside = {"from": FIRST_DAY["from"], "to": "2026-03-01T23:52:30Z"}
    assert (house.kwh(**FIRST_DAY), house.kwh(**inside)) == ("2.4", "2.3875")
    for changed in (both[::-1], both[1:], both):
        house.configure(device("fridge", sources=changed))
        assert (house.kwh(**FIRST_DAY), house.kwh(**inside)) == ("2.4", "2.3875")
        house.now += timedelta(hours=3)
    until_now = {"from": FIRST_DAY["from"], "to": "2026-03-03T09:00:00Z"}
    assert house.kwh(**until_now) == "6.3"  # six hours of 200 W


def test_the_register_is_kept_over_a_restart(house: House) -> None:
    """What a BFF wrote of a device that left the file is there for the next one."""
    house.configure(device("fridge"), device("lamp"))
    house.open()
    assert house.kwh(**FIRST_DAY) == "3.6"
    house.configure(device("lamp"))
    house.open()
    assert house.kwh(**FIRST_DAY) == "3.6"


def test_moves_in_the_file_override_and_are_taken_back_by_deleting_them(house: House) -> None:
    """The register itself is not changed by them (rule T7)."""
    house.configure(device("fridge"))
    house.open()
    move = {"until": "2026-03-01T06:00:00Z", "room": "study", "shelf": "desk"}
    house.configure(device("fridge", moves=[move]))
    assert house.kwh(**FIRST_DAY, group_by="room") == {"study": "0.6", "kitchen": "1.8"}
    house.configure(device("fridge"))
    assert house.kwh(**FIRST_DAY, group_by="room") == {"kitchen": "2.4"}


def test_what_a_device_was_called_before_is_its_own(house: House) -> None:
    """Also a name that the register never had, and one that is retired: once, not twice."""
    house.configure(device("fridge"), device("lamp"))
    house.open()
    assert house.kwh(**FIRST_DAY) == "3.6"
    was = {"device": "fridge", "until": "2026-03-03T00:00:00Z"}
    house.configure(device("icebox", "study", "desk", was=was), device("lamp"))
    assert house.kwh(**FIRST_DAY, group_by="device") == {"icebox": "2.4", "lamp": "1.2"}
    assert house.kwh(**FIRST_DAY, group_by="room") == {"kitchen": "3.6"}
    never = {"device": "kettle", "until": "2026-03-03T00:00:00Z"}
    house.configure(device("lamp", was=never))
    assert house.kwh(**FIRST_DAY, device="lamp") == "6"


def test_another_meter_above_does_not_change_the_past(house: House) -> None:
    """A meter of the file has no devices behind it before it was written that they are."""
    house.configure(device("meter"), device("fridge"))
    house.open()
    assert house.kwh(**FIRST_DAY, group_by="device") == {"meter": "21.6", "fridge": "2.4"}
    house.configure(device("meter"), device("fridge", upstream="meter"))
    assert house.kwh(**FIRST_DAY, group_by="device") == {"meter": "21.6", "fridge": "2.4"}
    house.now += timedelta(hours=12)
    later = {"from": "2026-03-03T00:00:00Z", "to": "2026-03-03T12:00:00Z"}
    assert house.kwh(**later, group_by="device") == {"meter": "9.6", "fridge": "1.2"}


def test_a_move_that_always_was_is_corrected_and_undone(house: House) -> None:
    """By one request each; the history keeps who, and when."""
    house.configure(device("fridge"), device("lamp"))
    house.open()
    house.now += timedelta(milliseconds=935)
    house.configure(device("fridge", "study", "desk"), device("lamp"))
    assert house.kwh(**FIRST_DAY, group_by="room") == {"kitchen": "3.6"}
    history = house.client.get("/register/history").json()
    (moved_at,) = [row["at"] for row in history if row["change"] == "moved"]
    wanted = {"action": "always_there", "device": "fridge", "at": moved_at, "by": "Hana"}
    made = house.client.post("/register/corrections", json=wanted)
    assert made.status_code == 201
    assert house.kwh(**FIRST_DAY, group_by="room") == {"study": "2.4", "kitchen": "1.2"}
    assert house.client.post("/register/corrections", json=wanted).status_code == 409
    history = house.client.get("/register/history").json()
    assert [row["corrected_at"] for row in history if row["correction_id"]] == [moved_at]
    undone = house.client.delete(f"/register/corrections/{made.json()['id']}")
    assert undone.status_code == 200
    assert house.kwh(**FIRST_DAY, group_by="room") == {"kitchen": "3.6"}
    changes = house.client.get("/register/history").json()
    assert {(row["device"], row["change"], row["by"]) for row in changes} == {
        ("fridge", "added", "devices.yaml"),
        ("lamp", "added", "devices.yaml"),
        ("fridge", "moved", "devices.yaml"),
        ("fridge", "always_there", "Hana"),
    }
    assert [row["undone_at"] is None for row in changes].count(False) == 1


def test_a_rename_and_a_retirement_are_corrected_and_undone(house: House) -> None:
    """The past of a retired device belongs to the new name, or to no device."""
    house.configure(device("fridge"), device("lamp"))
    house.open()
    house.configure(device("icebox"), device("lamp"))
    assert house.kwh(**FIRST_DAY, group_by="device") == {
        "icebox": None,
        "lamp": "1.2",
        "fridge": "2.4",
    }
    renamed = {"action": "renamed", "device": "icebox", "former": "fridge"}
    made = house.client.post("/register/corrections", json=renamed).raise_for_status().json()
    assert house.kwh(**FIRST_DAY, group_by="device") == {"icebox": "2.4", "lamp": "1.2"}
    (icebox, _) = house.client.get("/register").json()
    assert [row["measured_as"] for row in icebox["entries"]] == ["fridge", "icebox"]
    house.client.delete(f"/register/corrections/{made['id']}").raise_for_status()
    never = {"action": "never_was", "device": "fridge"}
    made = house.client.post("/register/corrections", json=never).raise_for_status().json()
    assert house.kwh(**FIRST_DAY) == "1.2"
    house.client.delete(f"/register/corrections/{made['id']}").raise_for_status()
    assert house.kwh(**FIRST_DAY) == "3.6"


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"action": "always_there", "device": "fridge"}, 409),
        ({"action": "always_there", "device": "toaster"}, 404),
        ({"action": "never_was", "device": "fridge"}, 404),
        ({"action": "renamed", "device": "fridge", "former": "lamp"}, 404),
        ({"action": "sold", "device": "fridge"}, 422),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    api: httpx.Client, wanted: dict[str, str], status: int
) -> None:
    """A device that did not move, that is not there, or that is not retired."""
    named = wanted | {"device": wanted["device"].replace("fridge", "kettle")}
    assert api.post("/register/corrections", json=named).status_code == status
    assert api.delete("/register/corrections/7").status_code == 404


def random_house(chance: random.Random) -> list[dict[str, Any]]:
    """Any of the devices, in any order, place, kind and tree, by sources old and new."""
    names = chance.sample(list(WATTS), chance.randint(1, len(WATTS)))
    house_meter = chance.choice([None, *names])
    loads: list[str] = []
    found = []
    for name in names:
        room = chance.choice(list(ROOMS))
        one = device(name, room, chance.choice(ROOMS[room]))
        one["kind"] = chance.choice(["load", "load", "generation", "grid_import", "charge"])
        if name == house_meter:
            one |= {"kind": "load", "house_meter": True}
        elif loads and one["kind"] != "grid_import" and chance.random() < 0.5:
            one["upstream"] = chance.choice(loads)
        if one["kind"] == "load":
            loads.append(name)
        others = [{"source": "matter", "id": name}, cloud(name)]
        sources = one["sources"] + chance.sample(others, chance.randint(0, 2))
        one["sources"] = chance.sample(sources, chance.randint(1, len(sources)))
        if chance.random() < 0.3:
            one["rated_power_watts"] = chance.randint(100, 2000)
        found.append(one)
    return found


def answers(house: House, ranges: Sequence[dict[str, str]]) -> list[Any]:
    """What a closed range comes to, in all ways to ask for it."""
    return [
        wait_for(house.client, "/cost", span | {"group_by": level})[part]
        for span in ranges
        for level, part in (("room", "total"), ("shelf", "rows"))
    ] + [wait_for(house.client, "/balance", span)["total"] for span in ranges]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_change_of_the_file_changes_a_closed_range(
    house: House, vm: VictoriaMetrics, seed: int
) -> None:
    """Twenty random files under a running BFF, without `moves`, `was` or a correction."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    for name, watts in WATTS.items():
        measure(vm, name, watts * 1.01, source="cloud")
    house.configure(*(device(name) for name in WATTS))
    house.open()
    ranges = [FIRST_DAY, {"from": "2026-03-01T03:07:00Z", "to": "2026-03-01T21:20:00Z"}]
    before = answers(house, ranges)
    assert Decimal(before[0]["energy_kwh"]) > 0
    for _ in range(CHANGES):
        house.configure(*random_house(chance))
        assert answers(house, ranges) == before
        house.now += timedelta(minutes=chance.choice([0, 1, 47]))
