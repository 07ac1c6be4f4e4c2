"""What a power cut leaves: a copy of a program's files of one instant, in the middle of a write."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import psutil

from service_kit.waiting import poll_until
from testbed.process import wait_limit_seconds

STOPPED = psutil.STATUS_STOPPED
JOURNAL = "-journal"


def cut_power(pid: int, folder: Path, to: Path, *, interrupted: int = 3) -> Iterator[Path]:
    """Copy a folder at random instants of a program that goes on, and yield each copy.

    Ends once so many copies were taken in the middle of a transaction: a journal, or the draft of
    a file, is in them. The program is stopped while files are copied.

    Raises:
        TimeoutError: The program hardly writes.
    """
    chance = Random(pid)  # noqa: S311 - instants of a test
    deadline = time.monotonic() + wait_limit_seconds()
    number = 0
    while interrupted > 0:
        if time.monotonic() > deadline:
            message = "no copy was taken in the middle of a write"
            raise TimeoutError(message)
        time.sleep(chance.uniform(0, 0.02))  # what is tested is an instant of real time
        copy, number = to / f"copy-{number}", number + 1
        _stop(pid)
        try:
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.lock", "copy-*"))
            interrupted -= _is_interrupted(copy)
            yield copy
        finally:
            os.kill(pid, signal.SIGCONT)
        shutil.rmtree(copy)


def _stop(pid: int) -> None:
    """Stop a program and wait until all of its threads have stopped: one may be writing."""
    os.kill(pid, signal.SIGSTOP)
    threads = Path(f"/proc/{pid}/task")
    assert poll_until(  # noqa: S101
        lambda: all(
            psutil.Process(int(each.name)).status() == STOPPED for each in threads.iterdir()
        ),
        wait_limit_seconds(),
    )


def _is_interrupted(copy: Path) -> bool:
    return any(
        path.name.endswith((JOURNAL, ".draft")) and path.stat().st_size
        for path in copy.rglob("*")
        if path.is_file()
    )


def select_after_cut(database: Path, query: str) -> list[tuple]:
    """Open a copy of an SQLite database as after a power cut, and select rows of it.

    Raises:
        AssertionError: It is damaged.
    """
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute(query).fetchall()
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]  # noqa: S101
    return rows
