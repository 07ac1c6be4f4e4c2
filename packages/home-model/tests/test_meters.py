"""Meters above meters in `devices.yaml`: what is accepted, and each problem with its line (T6)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError

HEAD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - {room: hall, shelves: [{shelf: panel}]}
  - {room: study, shelves: [{shelf: desk}]}
devices:
"""


def load(tmp_path: Path, *devices: str) -> Home:
    """Each device on a line of its own, the first on line 8."""
    lines = [
        f"  - {{device: {name.strip()}, room: hall, shelf: panel, {more}"
        f" sources: [{{source: cloud, id: 6055F93599{number:02}}}]}}"
        for number, device in enumerate(devices)
        for name, _, more in [device.partition(" ")]
    ]
    path = tmp_path / "devices.yaml"
    path.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    return load_home(path)


def problems(tmp_path: Path, *devices: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *devices)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_kind_upstream_and_the_past_are_read(tmp_path: Path) -> None:
    """What is not written: a load, behind nothing, that never moved."""
    home = load(
        tmp_path,
        "main house_meter: true,",
        "plug upstream: main, moves: [{until: 2026-03-01T04:00:00+09:00, room: study,"
        " shelf: desk}], was: {device: old, until: 2026-01-01T00:00:00Z},",
        "sun kind: generation,",
    )
    main, plug, sun = home.devices
    assert (main.kind, main.upstream, main.house_meter) == ("load", None, True)
    assert (plug.upstream, plug.moves[0].room) == ("main", "study")
    assert plug.moves[0].until == datetime(2026, 2, 28, 19, tzinfo=UTC)
    assert [was.device for was in plug.was] == ["old"]
    assert sun.kind == "generation"


def test_an_unknown_upstream_is_named_with_its_line(tmp_path: Path) -> None:
    """Also that of a move."""
    assert problems(tmp_path, "a upstream: b,") == ["8: upstream: there is no device 'b'; known: a"]
    move = "moves: [{until: 2026-03-01T04:00:00Z, upstream: b}],"
    assert problems(tmp_path, f"a {move}") == ["8: upstream: there is no device 'b'; known: a"]


def test_a_cycle_is_named_with_its_lines(tmp_path: Path) -> None:
    """Each device of it, and none that is only behind it."""
    found = problems(
        tmp_path, "a upstream: c,", "b upstream: a,", "c upstream: b,", "d upstream: a,"
    )
    assert [line.partition(":")[0] for line in found] == ["8", "9", "10"]
    assert found[0] == "8: upstream: a device cannot be behind itself: a → c → b → a"


def test_a_cycle_of_the_past_is_a_cycle(tmp_path: Path) -> None:
    """Two devices that moved behind each other at different times never were a cycle."""
    until = "2026-03-01T04:00:00Z"
    move = f"moves: [{{until: {until}, upstream: b}}],"
    assert len(problems(tmp_path, f"a {move}", "b upstream: a,")) == 2
    load(tmp_path, f"a {move}", f"b upstream: a, moves: [{{until: {until}, upstream: null}}],")


@pytest.mark.parametrize("kind", ["grid", "grid_import", "generation", "charge", "discharge"])
def test_only_a_load_has_devices_behind_it(tmp_path: Path, kind: str) -> None:
    """An upstream of another kind is refused."""
    assert problems(tmp_path, f"a kind: {kind},", "b upstream: a,") == [
        f"9: upstream: 'a' is {kind}; only a load has devices behind it"
    ]


def test_an_unknown_kind_is_named_with_its_line(tmp_path: Path) -> None:
    """A typing mistake must not become a load."""
    (problem,) = problems(tmp_path, "a kind: solar,")
    assert problem.startswith("8: devices.0.kind: ")


def test_at_most_one_house_meter(tmp_path: Path) -> None:
    """The second is named; it is a load, and behind nothing."""
    assert problems(tmp_path, "a house_meter: true,", "b house_meter: true,") == [
        "9: house_meter: 'a' is the house's meter already"
    ]
    assert problems(tmp_path, "a house_meter: true, kind: grid,") == [
        "8: house_meter: it measures all that is used, so its kind is load"
    ]
    assert problems(tmp_path, "a house_meter: true, upstream: b,", "b") == [
        "8: upstream: nothing is above the house's meter"
    ]


def test_a_grid_meter_is_behind_nothing(tmp_path: Path) -> None:
    """What is bought does not run through a circuit of the house."""
    assert problems(tmp_path, "a", "b kind: grid_import, upstream: a,") == [
        "9: upstream: nothing in the house is above a grid_import meter"
    ]


def test_moves_are_in_the_order_of_time_and_in_known_places(tmp_path: Path) -> None:
    """An instant has an offset."""
    moves = "{until: 2026-03-02T00:00:00Z, room: study, shelf: desk}"
    earlier = "{until: 2026-03-01T00:00:00Z, room: bath, shelf: desk}"
    assert problems(tmp_path, f"a moves: [{moves}, {earlier}],") == [
        "8: there is no room 'bath'; known: hall, study",
        "8: until: moves are in the order of time, earliest first",
    ]
    (problem,) = problems(tmp_path, "a moves: [{until: 2026-03-02T00:00:00}],")
    assert "offset" in problem or "timezone" in problem


def test_a_former_name_belongs_to_one_device(tmp_path: Path) -> None:
    """It is neither the present name nor another device's."""
    was = "was: {device: old, until: 2026-01-01T00:00:00Z},"
    assert problems(tmp_path, f"a {was}", f"b {was}") == ["9: was: 'old' became 'a' already"]
    assert problems(tmp_path, "a was: {device: a, until: 2026-01-01T00:00:00Z},") == [
        "8: was: 'a' is its name now"
    ]
