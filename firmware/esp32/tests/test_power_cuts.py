"""The power is cut at each block operation of a true littlefs2, clean and with the write torn."""

from pathlib import Path

import pytest

from testbed.board import run_scenario, write_config
from testbed.measurements import Measurements

HEAP = "16M"  # the flash is in it


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
def test_what_was_kept_arrives_exactly_once_whenever_the_power_fails(
    server: Measurements, flash: Path, step: int
) -> None:
    """A measurement that was being written may be there; every one that was kept is."""
    config = write_config(flash, server)
    run = run_scenario("power_cuts.py", flash, [config, step], heap=HEAP)
    assert run.result["cuts"] >= 100 // step
    assert not [line for line in run.lines if line.startswith("LEFT")]
    begun = {(boot, number) for boot, number in run.result["begun"]}
    stored = server.identities({boot for boot, _ in begun})
    assert len(stored) == len(set(stored))
    assert run.taken <= set(stored) <= begun
