"""`make up` stops as a whole: on Ctrl-C, and when one part ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from service_kit.waiting import poll_until

PROGRAM = """
import sys
from up.supervise import Command, supervise
parts = [Command(name, ("sh", "-c", script), {}) for name, script in %r]
sys.exit(supervise(parts))
"""
SLEEPER = "echo awake; exec sleep 600"


def start(parts: list[tuple[str, str]], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM % parts], stdout=output, stderr=output
        )


def wait_for(text: str, log: Path, times: int) -> None:
    assert poll_until(lambda: log.read_text().count(text) >= times, 30), log.read_text()


@pytest.mark.parametrize("told_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_when_told_to_stop_it_leaves_no_process_behind(
    tmp_path: Path, told_to_stop: signal.Signals
) -> None:
    """Ctrl-C is a normal end: exit code 0, and every child is gone."""
    log = tmp_path / "log"
    manager = start([("one", SLEEPER), ("two", SLEEPER)], log)
    wait_for("awake", log, 2)
    family = psutil.Process(manager.pid).children(recursive=True)
    os.kill(manager.pid, told_to_stop)
    assert manager.wait(30) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def test_when_one_part_crashes_all_stop_and_it_is_named(tmp_path: Path) -> None:
    """The message names the part, its exit code and its last words."""
    log = tmp_path / "log"
    manager = start([("one", SLEEPER), ("two", "sleep 3; echo out of luck; exit 3")], log)
    wait_for("awake", log, 1)
    family = psutil.Process(manager.pid).children(recursive=True)
    assert manager.wait(30) == 3
    ending = log.read_text().split("'two' exited with code 3")[1]
    assert "out of luck" in ending
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


def test_lines_carry_the_name_of_their_part(tmp_path: Path) -> None:
    """The log of many parts stays readable."""
    log = tmp_path / "log"
    start([("one", "echo hello; exit 1")], log).wait(30)
    assert any(line.endswith("one    | hello") for line in log.read_text().splitlines())
