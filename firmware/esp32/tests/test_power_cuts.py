"""The power is cut at each block operation of a true littlefs2, clean and with the write torn."""

import json
from pathlib import Path

import pytest

from testbed.board import run_scenario, write_config

HEAP = "16M"  # the flash is in it


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_what_was_kept_arrives_exactly_once_whenever_the_power_fails(
    server, flash: Path, step: int
) -> None:
    """A measurement that was being written may be there; every one that was kept is."""
    config = write_config(flash, server.url)
    run = run_scenario("power_cuts.py", flash, json.dumps(config), str(step), heap=HEAP)
    assert run.result["cuts"] >= 100 // step
    assert not [line for line in run.lines if line.startswith("LEFT")]
    begun = {(boot, number) for boot, number in run.result["begun"]}
    assert len(run.taken) == len(run.result["taken"])
    assert run.taken <= server.rows.keys() <= begun
