"""A process starts once what it needs is there."""

import subprocess
import sys
from pathlib import Path

import httpx

from up.ready import becomes_ready, is_ready
from up.start_after import start_after


def test_the_command_runs_after_the_file_is_there(tmp_path: Path) -> None:
    """As the same process: signals of the manager reach the command itself."""
    mark = tmp_path / "on-air"
    shown = ("sh", "-c", f"test -e {mark} && echo $$")
    process = subprocess.Popen(
        start_after((mark.as_uri(),), shown), stdout=subprocess.PIPE, text=True
    )
    assert process.poll() is None
    mark.touch()
    output, _ = process.communicate(timeout=30)
    assert int(output) == process.pid
    assert process.returncode == 0


def test_nothing_to_wait_for_leaves_the_command_as_it_is() -> None:
    """A real home starts at once."""
    assert start_after((), ("a", "b")) == ("a", "b")


def test_what_is_dead_does_not_become_ready(tmp_path: Path) -> None:
    """Nobody waits a minute for a process that ended."""
    mark = (tmp_path / "never").as_uri()
    assert not becomes_ready(mark, alive=lambda: False)
    with httpx.Client(trust_env=False) as client:
        assert not is_ready("http://127.0.0.1:9/", client)
    assert sys.executable in start_after((mark,), ("a",))
