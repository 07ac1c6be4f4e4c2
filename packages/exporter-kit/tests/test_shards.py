"""Several processes of an exporter share the devices of a configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter_kit import ExporterSettings
from exporter_kit.settings import Shard

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
