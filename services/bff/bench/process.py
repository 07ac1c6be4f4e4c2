"""What a process has used, from Linux."""

import time
from pathlib import Path

CPUCLOCK_SCHED = 2
IDLE_SHARE = 0.05


def cpu_seconds(pid: int) -> float:
    """User and system time since it began, of ended threads too, to the nanosecond.

    `/proc` has it only in ticks of 10 ms, or without the threads that have ended.
    """
    # As clock_getcpuclockid(3) makes it, which Python has for threads alone.
    return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)


def wait_until_idle(pid: int, limit_seconds: float) -> None:
    """Wait until it has used a twentieth of a core at most for a second.

    Raises:
        TimeoutError: It has not, in time.
    """
    until = time.monotonic() + limit_seconds
    used = 1.0
    while used > IDLE_SHARE:
        if time.monotonic() > until:
            raise TimeoutError(pid)
        before = cpu_seconds(pid)
        time.sleep(1)
        used = cpu_seconds(pid) - before


def peak_mebibytes(pid: int) -> float:
    """The most resident memory it ever had."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)
