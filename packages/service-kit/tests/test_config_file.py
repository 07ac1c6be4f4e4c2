"""The configuration file in use: followed when it is good, kept when it is not."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from home_model.config import Home
from home_model.load import load_home
from home_model.problems import ConfigError
from service_kit.config_file import ConfigFile

GOOD = """\
house: {house}
time_zone: Asia/Tokyo
currency: JPY
rooms: [{{room: work, shelves: [{{shelf: rack_1}}]}}]
devices:
  - {{device: a, room: work, shelf: rack_1, sources: [{{source: matter, id: x}}]}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "devices.yaml"
    path.write_text(GOOD.format(house="first"), encoding="utf-8")
    return path


def test_a_changed_file_is_the_one_in_use(path: Path) -> None:
    """At the next look; before it nothing is stale."""
    config = ConfigFile(path)
    assert not config.is_stale()
    path.write_text(GOOD.format(house="second"), encoding="utf-8")
    assert config.is_stale()
    assert config.current().house == "second"
    assert not config.is_stale()


def test_a_link_that_points_elsewhere_is_a_change(path: Path, tmp_path: Path) -> None:
    """As a ConfigMap is updated: the other file may have the same size and time."""
    config = ConfigFile(path)
    other = tmp_path / "other.yaml"
    other.write_text(GOOD.format(house="other"), encoding="utf-8")
    (tmp_path / "link").symlink_to(other)
    (tmp_path / "link").replace(path)
    assert config.current().house == "other"


def test_a_bad_file_changes_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Every problem is logged with its line, once; a good file is followed again."""
    config = ConfigFile(path)
    path.write_text("house: home\nrooms: 7\n", encoding="utf-8")
    assert [config.current().house for _ in range(2)] == ["first", "first"]
    assert not config.last_load_good
    assert caplog.text.count(f"{path}:2: rooms") == 1
    path.unlink()
    assert config.current().house == "first"
    path.write_text(GOOD.format(house="second"), encoding="utf-8")
    assert config.current().house == "second"
    assert config.last_load_good


def test_no_thread_gets_the_old_content_while_another_loads_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for it: an answer after a change of the file never follows from what was before."""
    config, begun, may_end = ConfigFile(path), Event(), Event()

    def load_slowly(path: Path) -> Home:
        begun.set()
        assert may_end.wait(60)
        return load_home(path)

    monkeypatch.setattr("service_kit.config_file.load_home", load_slowly)
    path.write_text(GOOD.format(house="second"), encoding="utf-8")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(config.current)
        assert begun.wait(60)
        second = threads.submit(config.current)
        assert config.is_stale()
        may_end.set()
        assert (first.result().house, second.result().house) == ("second", "second")


def test_the_same_content_is_loaded_again_only_by_force(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SIGHUP loads in any case; a file that was only touched is no news."""
    caplog.set_level(logging.INFO)
    config = ConfigFile(path)
    path.touch()
    assert not config.reload()
    assert config.reload(force=True)
    assert caplog.text.count("is loaded: 1 devices") == 1


def test_nothing_good_to_begin_with_is_an_error(tmp_path: Path) -> None:
    """A service does not start on a file that it cannot use."""
    with pytest.raises(ConfigError):
        ConfigFile(tmp_path / "none.yaml")
