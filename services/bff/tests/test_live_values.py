"""Live values from a real vmsingle: up, down, silent, and how old."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from testbed.victoria_metrics import VictoriaMetrics

type Write = Callable[..., None]
type OpenBff = Callable[..., httpx.Client]


@pytest.fixture
def began() -> float:
    """The Unix second that samples of a test are dated from."""
    return time.time()


@pytest.fixture
def write(vm: VictoriaMetrics, began: float) -> Write:
    """Write a sample of a device, `ago` seconds before the test began."""

    def write_sample(
        device: str, word: str, value: float, *, ago: float = 1, source: str = "cloud", **more: str
    ) -> None:
        labels = {"house": "home", "room": "work", "shelf": "rack_1", "device": device}
        name = {"__name__": f"switchbot_{word}", "source": source}
        vm.import_samples(labels | name | more, [(began - ago, value)])

    return write_sample


@pytest.fixture
def api(open_bff: OpenBff, vm: VictoriaMetrics, began: float) -> httpx.Client:
    """A BFF whose clock stands at the beginning of the test."""
    return open_bff(vm.url, now=lambda: datetime.fromtimestamp(began, UTC))


def device(api: httpx.Client, wanted: str) -> dict[str, Any]:
    return api.get(f"/devices/{wanted}").raise_for_status().json()


def test_a_device_with_a_fresh_reading_is_up(api: httpx.Client, write: Write) -> None:
    """Watts, volts and amperes are shown with the age of the sample itself."""
    for word, value in (("device_up", 1), ("power_watts", 83.2), ("voltage_volts", 101.3)):
        write("a", word, value, ago=7)
    shown = device(api, "a")
    assert (shown["state"], shown["source"]) == ("up", "cloud")
    assert (shown["power_watts"], shown["voltage_volts"]) == (83.2, 101.3)
    assert shown["current_amperes"] is None
    assert shown["age_seconds"] == pytest.approx(7, abs=0.01)


def test_the_present_values_of_a_board_are_minutes_old(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path, write: Write, began: float
) -> None:
    """It measures every five; when it last sent something is beside them."""
    board = "{source: esp32, id: esp32-kitchen}"
    text = home_file.read_text("utf-8").replace("{source: cloud, id: 0000000000A1}", board)
    home_file.write_text(text, encoding="utf-8")

    def write_of_board(word: str, value: float, ago: float) -> None:
        write("a", word, value, ago=ago, source="esp32", __name__=f"esp32_{word}")

    write_of_board("power_watts", 6.0, 280)
    write_of_board("voltage_volts", 12.0, 280)
    write_of_board("reading_timestamp_seconds", began - 280, 280)
    write_of_board("device_up", 1, 5)
    write_of_board("last_arrival_timestamp_seconds", began - 40, 5)
    api = open_bff(vm.url, now=lambda: datetime.fromtimestamp(began, UTC))
    shown = device(api, "a")
    assert (shown["state"], shown["power_watts"], shown["voltage_volts"]) == ("up", 6, 12)
    assert shown["age_seconds"] == pytest.approx(280, abs=0.01)
    [source] = shown["sources"]
    arrived = datetime.fromisoformat(source["arrived_at"]).timestamp()
    assert arrived == pytest.approx(began - 40, abs=0.01)
    # Its service reports that nothing comes any more.
    write_of_board("device_up", 0, 1)
    shown = device(api, "a")
    assert (shown["state"], shown["power_watts"]) == ("down", None)
    assert shown["sources"][0]["arrived_at"] == source["arrived_at"]


def test_the_exporters_own_time_of_the_reading_counts(
    api: httpx.Client, write: Write, began: float
) -> None:
    """A scrape repeats a reading: its age is that of the reading, not that of the scrape."""
    for word, value in (("device_up", 1), ("power_watts", 5), ("reading_timestamp_seconds", 0)):
        write("a", word, value or began - 100, ago=1)
    assert device(api, "a")["age_seconds"] == pytest.approx(100, abs=0.01)


def test_a_device_that_the_exporter_cannot_reach_is_down(api: httpx.Client, write: Write) -> None:
    """`device_up` 0 wins over a power sample that is still within sight."""
    write("a", "power_watts", 83.2, ago=20)
    write("a", "device_up", 0)
    shown = device(api, "a")
    assert (shown["state"], shown["power_watts"]) == ("down", None)
    assert shown["age_seconds"] == shown["sources"][0]["age_seconds"] == pytest.approx(20, abs=0.01)


def test_a_device_of_which_nobody_speaks_is_silent(api: httpx.Client, write: Write) -> None:
    """Also when somebody spoke of it two minutes ago: old values are never shown."""
    write("a", "device_up", 1, ago=120)
    write("a", "power_watts", 83.2, ago=120)
    shown = device(api, "a")
    assert (shown["state"], shown["power_watts"], shown["source"]) == ("silent", None, None)


@pytest.mark.parametrize("days", [0.5, 30])
def test_silence_has_a_beginning(
    api: httpx.Client, write: Write, began: float, days: float
) -> None:
    """The instant of the last reading, not of the scrape that repeated it; its values are gone."""
    ago = days * 86_400
    write("a", "power_watts", 83.2, ago=ago)
    write("a", "voltage_volts", 101.3, ago=ago)
    write("a", "reading_timestamp_seconds", began - ago - 40, ago=ago)
    shown = device(api, "a")
    assert shown["age_seconds"] == pytest.approx(ago + 40, abs=0.01)
    assert datetime.fromisoformat(shown["at"]).timestamp() == pytest.approx(began - ago - 40, abs=1)
    assert (shown["state"], shown["power_watts"], shown["voltage_volts"]) == ("silent", None, None)


def test_a_reading_without_power_does_not_end_a_silence(
    api: httpx.Client, write: Write, began: float
) -> None:
    """What is looked for is the last reading of power."""
    two_days = 2 * 86_400
    write("a", "power_watts", 83.2, ago=two_days)
    for name in ("a", "b"):
        write(name, "reading_timestamp_seconds", began - 60, ago=50)
    assert device(api, "a")["age_seconds"] == pytest.approx(two_days, abs=0.01)
    assert device(api, "b")["at"] is None


def test_a_device_unheard_for_longer_than_a_month_has_no_last_reading(
    api: httpx.Client, write: Write
) -> None:
    """Null, like one that was never read."""
    write("a", "power_watts", 83.2, ago=32 * 86_400)
    for name in ("a", "b"):
        shown = device(api, name)
        assert (shown["at"], shown["age_seconds"]) == (None, None)


def test_a_thousand_devices_that_are_silent_have_their_last_reading(
    open_bff: OpenBff, vm: VictoriaMetrics, home_file: Path, write: Write
) -> None:
    """VictoriaMetrics refuses a query that names all of them."""
    home = yaml.safe_load(home_file.read_text(encoding="utf-8"))
    names = [f"a_device_with_a_name_of_its_own_{number:04}" for number in range(1000)]
    home["devices"] = [
        {
            "device": name,
            "room": "work",
            "shelf": "rack_1",
            "sources": [{"source": "cloud", "id": f"A{number:011X}"}],
        }
        for number, name in enumerate(names)
    ]
    home_file.write_text(yaml.safe_dump(home), encoding="utf-8")
    write(names[7], "power_watts", 83.2, ago=3_000)
    shown = open_bff(vm.url).get("/devices").raise_for_status().json()
    assert [each["device"] for each in shown if each["at"] is not None] == [names[7]]


def test_each_quiet_source_has_its_own_last_reading(api: httpx.Client, write: Write) -> None:
    """The device was last read when the later of them was; one that is up counts before all."""
    write("kettle", "power_watts", 900, ago=3_000, source="cloud", room="work")
    write("kettle", "power_watts", 900, ago=7_200, source="ble")
    shown = device(api, "kettle")
    ages = [each["age_seconds"] for each in shown["sources"]]
    assert ages == pytest.approx([3_000, 7_200], abs=0.01)
    assert (shown["age_seconds"], shown["source"]) == (ages[0], None)
    write("kettle", "device_up", 1, source="ble")
    write("kettle", "power_watts", 900, source="ble")
    shown = device(api, "kettle")
    assert shown["age_seconds"] == pytest.approx(1, abs=0.01)
    assert shown["sources"][0]["age_seconds"] == pytest.approx(3_000, abs=0.01)


def test_up_without_a_reading_is_silent(api: httpx.Client, write: Write) -> None:
    """A claim without evidence is not an "up"."""
    write("a", "device_up", 1)
    assert device(api, "a")["state"] == "silent"


def test_the_first_source_that_is_up_counts(api: httpx.Client, write: Write) -> None:
    """Sources in configuration order; two sources are never added up."""
    write("kettle", "device_up", 0, source="cloud")
    write("kettle", "device_up", 1, source="ble")
    write("kettle", "power_watts", 900, source="ble")
    shown = device(api, "kettle")
    assert (shown["state"], shown["source"], shown["power_watts"]) == ("up", "ble", 900)
    assert [(each["source"], each["state"]) for each in shown["sources"]] == [
        ("cloud", "down"),
        ("ble", "up"),
    ]


def test_a_device_that_was_moved_is_still_the_same(api: httpx.Client, write: Write) -> None:
    """Room and shelf labels may be old; of two series of one source the newer speaks."""
    write("a", "device_up", 1, ago=20, room="kitchen")
    write("a", "power_watts", 1, ago=20, room="kitchen")
    write("a", "device_up", 1)
    write("a", "power_watts", 2)
    assert device(api, "a")["power_watts"] == 2


def test_another_house_and_unknown_devices_are_not_ours(api: httpx.Client, write: Write) -> None:
    """Only ids of the configuration are shown."""
    for word in ("device_up", "power_watts"):
        write("a", word, 1, house="neighbours")
        write("toaster", word, 1)
    assert api.get("/places").json()["live"] == {
        "power_watts": None,
        "devices_up": 0,
        "devices_down": 0,
        "devices_silent": 4,
        "age_seconds": None,
        "age_spread_seconds": None,
    }


def test_places_add_up_what_is_up(api: httpx.Client, write: Write) -> None:
    """Sum over devices that are up; the age is that of the oldest reading in it."""
    for name, watts, ago in (("a", 3, 5), ("b", 4, 9), ("c", 8, 2)):
        write(name, "device_up", 1, ago=ago)
        write(name, "power_watts", watts, ago=ago)
    write("kettle", "device_up", 0)
    write("kettle", "power_watts", 900, ago=600)
    house = api.get("/places").json()
    work, kitchen = house["children"]
    assert (house["live"]["power_watts"], house["live"]["devices_down"]) == (15, 1)
    assert work["live"]["power_watts"] == 15
    assert work["live"]["age_seconds"] == pytest.approx(9, abs=0.01)
    assert [shelf["live"]["power_watts"] for shelf in work["children"]] == [7, 8]
    assert house["live"]["age_seconds"] == work["live"]["age_seconds"]
    assert (kitchen["live"]["power_watts"], kitchen["live"]["age_seconds"]) == (None, None)
    assert [shelf["id"] for shelf in kitchen["children"]] == ["counter", "rack_1"]
    assert work["name"] == {"ja": "仕事部屋", "en": "仕事部屋"}


def test_what_people_say_overrides_the_configuration(api: httpx.Client) -> None:
    """Display name, note and rated power; taken back, the configuration counts again."""
    entered = {"display_name": {"en": "Water"}, "note": "descale", "rated_power_watts": 2000}
    assert api.put("/device_meta/kettle", json=entered).status_code == 200
    shown = device(api, "kettle")
    assert shown["name"] == {"ja": "ケトル", "en": "Water"}
    assert (shown["note"], shown["rated_power_watts"]) == ("descale", 2000)
    assert api.get("/device_meta").json()[0]["display_name"] == {"ja": None, "en": "Water"}
    assert api.delete("/device_meta/kettle").status_code == 204
    assert device(api, "kettle")["rated_power_watts"] == 1500
    assert api.put("/device_meta/toaster", json=entered).status_code == 404
