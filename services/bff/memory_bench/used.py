"""What a process uses, and a process that is started and stopped by its pid."""

import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from testbed.process import stop
from up.process import Process
from up.ready import LATE_LIMIT_SECONDS, becomes_ready

MEBIBYTE = 2**20
LIKE_AN_IMAGE: Mapping[str, str] = {"PYTHONPATH": str(Path(__file__).parent / "like_an_image")}


@dataclass(frozen=True, slots=True)
class Used:
    """Memory of one process in MiB.

    Attributes:
        rss: Resident, with what it shares with others.
        private: What the machine has back when this process alone ends.
    """

    rss: float
    private: float


def used_by(pid: int) -> Used:
    """Return what a process has in memory now."""
    info = psutil.Process(pid).memory_full_info()
    return Used(info.rss / MEBIBYTE, info.uss / MEBIBYTE)


def cpu_seconds(pid: int) -> float:
    """Return user and system time since the process began, its own children's included."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@dataclass(frozen=True, slots=True)
class Started:
    """A running process of `make up`."""

    name: str
    pid: int
    start_cpu_seconds: float


@contextmanager
def started(process: Process, folder: Path, more: Mapping[str, str]) -> Generator[Started]:
    """Run a process until the block ends; it is ready when the block begins.

    Args:
        process: What is run.
        folder: Gets its log.
        more: Further variables of its environment.

    Raises:
        TimeoutError: It did not become ready; the text is the end of its log.
    """
    log = folder / f"{process.name}.log"
    with log.open("ab") as output:
        running = subprocess.Popen(  # noqa: S603 - the project's own programs
            process.command,
            env={**process.environment(), **more},
            stdout=output,
            stderr=output,
        )
    try:
        if not becomes_ready(
            process.ready, lambda: running.poll() is None, limit_seconds=LATE_LIMIT_SECONDS
        ):
            raise TimeoutError(log.read_text(errors="replace")[-3000:])
        yield Started(process.name, running.pid, cpu_seconds(running.pid))
    finally:
        stop(running)
