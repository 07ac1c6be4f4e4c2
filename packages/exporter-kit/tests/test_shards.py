"""Several processes of an exporter share the devices of a configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter_kit import ExporterSettings
from exporter_kit.exporter import select_targets
from exporter_kit.settings import Shard
from home_model.config import Home
from home_model.sources import (
    Aiseg2Source,
    AnySource,
    BleSource,
    CloudSource,
    MatterSource,
    NativeSource,
)
from service_kit.errors import SettingsError
from service_kit.settings import load_settings

ROOMS = [{"room": "study", "shelves": [{"shelf": "rack"}]}]
DEVICE_IDS = st.from_regex(r"[a-z0-9_]{1,63}", fullmatch=True)


@given(device=DEVICE_IDS, count=st.integers(1, 8))
def test_every_device_is_in_exactly_one_shard(device: str, count: int) -> None:
    """For one to eight shards, whatever the id is."""
    assert [Shard(index, count).has(device) for index in range(count)].count(True) == 1


def test_a_shard_is_a_fair_part_and_the_same_at_every_start() -> None:
    """Of 1,000 devices four shards have 200 to 300 each; the sum of an id does not change."""
    devices = [f"plug_{number}" for number in range(1_000)]
    parts = [[d for d in devices if Shard(index, 4).has(d)] for index in range(4)]
    assert all(200 < len(part) < 300 for part in parts)
    assert [index for index in range(4) if Shard(index, 4).has("kettle")] == [KETTLE_OF_FOUR]


KETTLE_OF_FOUR = 0


def test_the_setting_names_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it one process reads all."""
    assert ExporterSettings().shard == Shard(0, 1)
    monkeypatch.setenv("SHARD", "3/4")
    assert ExporterSettings().shard == Shard(3, 4)


@pytest.mark.parametrize("wrong", ["4/4", "0/0", "1", "-1/2", "a/b"])
def test_a_part_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """The message has the form."""
    monkeypatch.setenv("SHARD", wrong)
    with pytest.raises(ValidationError, match="write it as 0/4"):
        ExporterSettings()


def test_the_error_names_the_setting_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever counts from 1 sees which parts there are, and what happens without it."""
    monkeypatch.setenv("SHARD", "4/4")
    with pytest.raises(SettingsError) as raised:
        load_settings(ExporterSettings)
    (line,) = raised.value.lines
    assert line.startswith("SHARD: ")
    assert "from 0 to 3" in line
    assert "without SHARD one process reads all devices" in line


def home_of(plugs: int, outlets: int) -> Home:
    """Return a home with single plugs, and strips of six outlets."""
    single = [device(f"plug_{number}", number, None) for number in range(plugs)]
    strips = [device(f"outlet_{n}", 1_000 + n // 6, 1 + n % 6) for n in range(outlets)]
    return Home.model_validate(
        {
            "house": "home",
            "time_zone": "Asia/Tokyo",
            "currency": "JPY",
            "rooms": ROOMS,
            "devices": single + strips,
        }
    )


def device(name: str, plug: int, meter: int | None) -> dict[str, object]:
    mac = f"50:91:E3:00:{plug // 256:02X}:{plug % 256:02X}"
    source = {"source": "native", "id": mac, "address": f"127.0.0.1:{plug}", "meter": meter}
    return {"device": name, "room": "study", "shelf": "rack", "sources": [source]}


def parts_of(home: Home, count: int) -> dict[str, int]:
    """Return the part of each device."""
    targets = select_targets(home, NativeSource)
    return {
        target.device.device: index
        for index in range(count)
        for target in Shard(index, count).select(targets)
    }


@given(
    plugs=st.integers(1, 30), outlets=st.integers(0, 30), more=st.tuples(*[st.integers(0, 9)] * 2)
)
def test_further_devices_move_no_other(plugs: int, outlets: int, more: tuple[int, int]) -> None:
    """Plugs and outlets of strips that are added leave every other one where it is."""
    before = parts_of(home_of(plugs, outlets), 4)
    after = parts_of(home_of(plugs + more[0], outlets + more[1]), 4)
    assert len(before) == plugs + outlets
    assert before.items() <= after.items()


def test_what_one_question_reads_stays_together() -> None:
    """The six outlets of a strip are in one part, and strips are in all of them."""
    parts = parts_of(home_of(1, 240), 4)
    of_strip = [{parts[f"outlet_{6 * strip + n}"] for n in range(6)} for strip in range(40)]
    assert all(len(found) == 1 for found in of_strip)
    assert set().union(*of_strip) == {0, 1, 2, 3}


def test_a_single_plug_has_its_part_by_the_id_of_the_device() -> None:
    """Another plug in its place changes nothing: its counter goes on."""
    (part,) = parts_of(home_of(1, 0), 4).values()
    assert Shard(part, 4).has("plug_0")


@pytest.mark.parametrize(
    ("source", "together"),
    [
        (CloudSource(source="cloud", id="6055F9A10003"), ""),
        (CloudSource(source="cloud", id="6055F9A10003", meter=2), "6055F9A10003"),
        (MatterSource(source="matter", id="SERIAL", endpoint=0), "SERIAL"),
        (BleSource(source="ble", id="6055F9A10003", model="plug_mini_jp"), ""),
        (Aiseg2Source(source="aiseg2", id="use"), "aiseg2"),
        (Aiseg2Source(source="aiseg2", id="8"), "aiseg2"),
    ],
)
def test_a_source_names_what_is_read_with_it(source: AnySource, together: str) -> None:
    """A number of a meter or an endpoint means that there are several; an AiSEG2 is one unit."""
    assert source.read_together == together
