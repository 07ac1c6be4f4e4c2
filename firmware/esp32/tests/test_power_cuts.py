"""The power is cut at each block operation of a true littlefs2, clean and with the write torn."""

import random
from pathlib import Path

import pytest

from testbed.board import play, play_until_killed, run_scenario, write_config
from testbed.measurements import Identity, Measurements

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


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 20))]
)
def test_what_was_kept_arrives_exactly_once_though_the_program_is_killed(
    server: Measurements, flash: Path, seed: int
) -> None:
    """By SIGKILL, while it measures and sends: between any two of its steps."""
    chance, kept = random.Random(seed), set[Identity]()  # noqa: S311 - the same at each run
    write_config(flash, server)
    for _ in range(3):
        until = chance.randint(1, 20)
        kept |= play_until_killed(flash, [["report"], ["measure_and_send", 40]], until)
    last = play(flash, [["measure_and_send", 1]])
    boots = {boot for boot, _ in kept | last.taken}
    stored = server.identities(boots)
    assert len(stored) == len(set(stored))
    assert kept | last.taken <= set(stored)
    assert last.result["kept"] == last.result["refused"] == 0
