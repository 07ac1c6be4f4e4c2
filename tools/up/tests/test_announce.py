"""The addresses are printed once everything is ready."""

import threading
from pathlib import Path

import pytest

from up.announce import wait_until_ready
from up.process import Process


def test_a_slow_process_is_named_and_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A start that takes longer than usual is no failure."""
    mark = tmp_path / "ready"
    slow = Process("slow", ("true",), {}, mark.as_uri())
    timer = threading.Timer(0.5, mark.touch)
    timer.start()
    wait_until_ready(slow, notice_seconds=0.05)
    timer.join()
    assert "not ready yet: slow; see its lines above" in capsys.readouterr().out
