"""Every service of a virtual home: what it takes to start, and at rest."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from memory_bench.home import DEVICES, make_home, processes_of, settings_in, write_files
from memory_bench.used import LIKE_AN_IMAGE, Started, Used, cpu_seconds, started, used_by
from testbed.plugs import emulated_plugs
from up.process import Process

WARM_SECONDS, WATCHED_SECONDS = 30.0, 120.0
EMULATORS = ("virtual-", "matter", "board-")


@dataclass(frozen=True, slots=True)
class Rested:
    """One service after some minutes.

    Attributes:
        start_cpu_seconds: Until it was ready.
        cpu_percent: Of one core, while it was watched.
        is_exporter: It reads or receives devices.
    """

    name: str
    start_cpu_seconds: float
    used: Used
    cpu_percent: float
    is_exporter: bool


def rest(folder: Path) -> list[Rested]:
    """Start a virtual home of real services, let it be, and return what each one uses."""
    plug = {"model": "P110M(EU) 1.2.3", "watts": 4.321}
    plugs = [
        {**plug, "name": f"plug_{number}", "mac": f"50:91:E3:00:01:{number:02X}"}
        for number in range(DEVICES)
    ]
    settings = settings_in(folder / "home")
    home = make_home(settings)
    with emulated_plugs(folder, plugs) as emulated, ExitStack() as held:
        wanted = processes_of(settings, home, emulated, folder)
        write_files(settings, home, wanted)
        running = [held.enter_context(started(each, folder, _more(each))) for each in wanted]
        exporters = frozenset(each.name for each in wanted if each.is_scraped)
        services = [each for each in running if not each.name.startswith(EMULATORS)]
        return watched(services, exporters)


def _more(process: Process) -> Mapping[str, str]:
    # The emulated Matter server has an environment of its own, and rich in it.
    return {} if process.name.startswith(EMULATORS) else LIKE_AN_IMAGE


def watched(services: Sequence[Started], exporters: frozenset[str]) -> list[Rested]:
    """Return what each one uses while time passes."""
    time.sleep(WARM_SECONDS)
    before, began = {each.pid: cpu_seconds(each.pid) for each in services}, time.monotonic()
    time.sleep(WATCHED_SECONDS)
    seconds = time.monotonic() - began
    return [
        Rested(
            each.name,
            each.start_cpu_seconds,
            used_by(each.pid),
            100 * (cpu_seconds(each.pid) - before[each.pid]) / seconds,
            each.name in exporters,
        )
        for each in services
    ]
