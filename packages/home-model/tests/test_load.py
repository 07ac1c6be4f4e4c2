"""`load_home`: a good file becomes a Home; a bad one lists every problem with its line."""

from pathlib import Path

import pytest

from home_model.config import labels_of
from home_model.load import load_home
from home_model.problems import ConfigError
from home_model.sources import SOURCES

GOOD = """\
house: home
time_zone: Asia/Tokyo
currency: JPY
rooms:
  - room: work
    shelves:
      - shelf: rack_1
devices:
  - device: server
    room: work
    shelf: rack_1
    sources:
      - source: cloud
        id: 60:55:f9:35:99:ff
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "devices.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_home(write(tmp_path, text))
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_a_good_file_gives_the_labels_of_its_devices(tmp_path: Path) -> None:
    """Labels are the place tree and the source, and nothing else."""
    home = load_home(write(tmp_path, GOOD))
    device = home.devices[0]
    assert labels_of(home, device, device.sources[0]) == {
        "house": "home",
        "room": "work",
        "shelf": "rack_1",
        "device": "server",
        "source": "cloud",
    }


def test_a_mac_is_kept_bare_and_upper_case(tmp_path: Path) -> None:
    """The SwitchBot API writes ids so; people copy them with colons."""
    assert load_home(write(tmp_path, GOOD)).devices[0].sources[0].id == "6055F93599FF"


def test_the_shipped_example_is_valid() -> None:
    """A stranger starts from it."""
    load_home(Path(__file__).parents[3] / "config" / "devices.example.yaml")


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    """A typing mistake must not silently become a default."""
    text = GOOD.replace("    shelf: rack_1\n    s", "    shelf: rack_1\n    ratedpower: 5\n    s")
    assert problems_of(tmp_path, text) == [
        "12: devices.0.ratedpower: Extra inputs are not permitted"
    ]


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    """Nobody should have to run the check five times."""
    text = GOOD.replace("Asia/Tokyo", "Tokyo").replace("JPY", "yen")
    assert [line.split(":")[0] for line in problems_of(tmp_path, text)] == ["2", "3"]


def test_a_second_device_with_the_same_id_is_refused(tmp_path: Path) -> None:
    """Both the role and the meter must be unique."""
    text = GOOD + GOOD[GOOD.index("  - device") :]
    assert problems_of(tmp_path, text) == [
        "15: device 'server' is here a second time",
        "20: cloud id '6055F93599FF' is here a second time",
    ]


def test_a_device_in_a_room_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    """The message names the places that exist."""
    text = GOOD.replace("    room: work\n    shelf", "    room: wrok\n    shelf")
    assert problems_of(tmp_path, text) == ["10: there is no room 'wrok'; known: work"]


def test_an_unknown_source_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A dangling source would be a device that is silent for ever."""
    (problem,) = problems_of(tmp_path, GOOD.replace("source: cloud", "source: clod"))
    assert problem.startswith("13: ")
    assert "'cloud', 'ble', 'native', 'matter'" in problem


@pytest.mark.parametrize("text", ["house: [", "house: a\nhouse: b\n", "", "- 1\n"])
def test_text_that_is_no_mapping_is_a_problem_not_a_traceback(tmp_path: Path, text: str) -> None:
    """Broken YAML, a repeated key, an empty file and a list all name a line."""
    assert problems_of(tmp_path, text)


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    """The way out is in the message."""
    with pytest.raises(ConfigError, match=r"copy config/devices\.example\.yaml"):
        load_home(tmp_path / "none.yaml")


def test_duplicates_are_listed_beside_schema_errors(tmp_path: Path) -> None:
    """One run of the check lists everything, by line; also of a device that is wrong elsewhere."""
    second = GOOD[GOOD.index("  - device") :].replace("shelf: rack_1", "shelf: rack_9")
    text = (
        (GOOD + second + "    rated: 5\n")
        .replace("JPY", "yen")
        .replace("house: home", "house: a\nhouse: b")
    )
    assert [line.split(": ", 1) for line in problems_of(tmp_path, text)] == [
        ["2", "the key 'house' is here a second time"],
        ["4", "currency: String should match pattern '^[A-Z]{3}$'"],
        ["16", "device 'server' is here a second time"],
        ["18", "room 'work' has no shelf 'rack_9'; known: rack_1"],
        ["21", "cloud id '6055F93599FF' is here a second time"],
        ["22", "devices.1.rated: Extra inputs are not permitted"],
    ]


def test_an_unquoted_number_as_id_is_to_be_quoted(tmp_path: Path) -> None:
    """All digits, digits around an E, and an empty value are no text to YAML."""
    ids = {
        "605599999999": 'is a number in YAML; write it in quotes: "605599999999"',
        "6055E9100003": 'is a number in YAML; write it in quotes: "6055E9100003"',
        "0x1F": 'is a number in YAML; write it in quotes: "0x1F"',
        "true": 'is true or false in YAML; write it in quotes: "true"',
    }
    for written, expected in ids.items():
        text = GOOD.replace("60:55:f9:35:99:ff", written)
        assert problems_of(tmp_path, text) == [
            f"14: devices.0.sources.0.cloud.id: {written} {expected}"
        ]
    (nothing,) = problems_of(tmp_path, GOOD.replace("60:55:f9:35:99:ff", ""))
    assert "an empty value is nothing in YAML" in nothing


@pytest.mark.parametrize(
    "mac", ["60:55:09:35:59:11", '"605599999999"', "60-55-f9-35-99-ff", "6055F9A1000B"]
)
def test_every_usual_spelling_of_a_mac_is_one(tmp_path: Path, mac: str) -> None:
    """Pairs of digits with colons are not a number of base 60, as in YAML 1.1."""
    text = GOOD.replace("60:55:f9:35:99:ff", mac)
    bare = mac.strip('"').replace(":", "").replace("-", "").upper()
    assert load_home(write(tmp_path, text)).devices[0].sources[0].key[0] == bare


def test_words_like_no_are_text(tmp_path: Path) -> None:
    """A room may be called so: YAML 1.1 would take it for false."""
    assert load_home(write(tmp_path, GOOD.replace("work", "no"))).rooms[0].room == "no"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: " + "[" * 50_000, 1),
        ("a:\n" + "".join(f"{' ' * n}- x:\n" for n in range(1, 60, 2)), 11),
        ("house: &a [*a]\n", 1),
        ("house: home\n---\nhouse: b\n", 2),
        ("house: home\nx: !python/object:os.system y\n", 2),
        ("house: home\nx: a\0b\n", 2),
        ("house: home\n? [a]\n: b\n", 2),
        ("house: " + "9" * 5000 + "\n", 1),
        ("house: home\nx: *unknown\n", 2),
    ],
    ids=["flow", "block", "circle", "two", "tag", "nul", "list key", "digits", "alias"],
)
def test_odd_yaml_is_a_problem_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    """Nested without end, circular, tagged, binary: never a traceback, never executed."""
    assert str(line) in {problem.split(":")[0] for problem in problems_of(tmp_path, text)}


def test_an_anchor_can_be_used_again(tmp_path: Path) -> None:
    """A device may take what another has, and change some of it."""
    device = """\
  - <<: *first
    device: other
    sources: [{source: cloud, id: 6055F9A1000C}]
"""
    text = GOOD.replace("  - device: server", "  - &first\n    device: server") + device
    home = load_home(write(tmp_path, text))
    assert [(d.device, d.shelf) for d in home.devices] == [
        ("server", "rack_1"),
        ("other", "rack_1"),
    ]


def test_a_source_without_an_exporter_is_refused_with_its_line(tmp_path: Path) -> None:
    """A table row makes a source, nothing else does."""
    (problem,) = problems_of(tmp_path, GOOD.replace("source: cloud", "source: zigbee"))
    assert problem.startswith("13: devices.0.sources.0: ")
    assert all(row.source in problem for row in SOURCES)
