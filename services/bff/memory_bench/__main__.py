# ruff: noqa: T201 - a console program: print is its voice
"""Memory and CPU of every service.

    PYTHONPATH=services/bff python -m memory_bench > docs/performance-services.md

It takes some ten minutes.
"""

import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from memory_bench.burst import AT_ONCE, DAYS, QUESTIONS, Burst, bursts
from memory_bench.home import DEVICES
from memory_bench.rest import WATCHED_SECONDS, Rested, rest
from memory_bench.used import Used
from up.process import ALLOCATOR

MAX_EXPORTER_MIB, MAX_TOGETHER_MIB = 85, 520
MAX_START_SECONDS, MAX_CPU_PERCENT = 2.0, 1.0
MAX_BFF_MIB: Mapping[int, int] = {50: 140, 200: 200}
CLOSED = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "none": {},
    "chosen": ALLOCATOR,
    "tightest": {**CLOSED, "MALLOC_MMAP_THRESHOLD_": "65536"},
}
MATTER = "tplink_matter"
HEAD = """# Memory and CPU of the services

Measured by `make bench-memory` (services/bff/memory_bench) on {day}: {processor}, {cores} cores,
load at the end {load:.1f}, Python {python}. Memory is resident (RSS), in brackets what the process
alone has (USS), in MiB. Packages that tools of development alone bring along (rich, pygments) are
hidden: images lack them. Processes have the allocator's settings of images and `make up`:
{allocator}."""
AT_REST = """
## At rest

A virtual home; every exporter reads {devices} devices (AiSEG2: ten meters of one unit;
measurements: two boards; Matter, where it runs: two plugs) at its default interval, and is scraped
every 15 s. CPU is of one core, over {seconds:.0f} s; that of the start is until it is ready.

| service | memory | CPU of the start | CPU at rest | wanted | met |
|---|---|---|---|---|---|"""
AFTER = """
## The BFF after a burst

{questions} large questions, {at_once} at once (by device, by hour, by day, by day and device), in
a made-up house with {days} days of past. Without settings, glibc's arena of each thread keeps what
was freed.

| house | allocator | BFF at rest | after the burst | peak | CPU of the burst | wanted | met |
|---|---|---|---|---|---|---|---|"""


def shown(met: bool) -> str:  # noqa: FBT001 - the one thing it is given
    """Return the last cell of a row."""
    return "yes" if met else "**no**"


def rest_row(each: Rested) -> str:
    """Return the row of one service."""
    limits = [f"start <= {MAX_START_SECONDS:.0f} s"]
    met = each.start_cpu_seconds <= MAX_START_SECONDS
    if each.is_exporter:
        limits.append(f"CPU <= {MAX_CPU_PERCENT:.0f} %")
        met &= each.cpu_percent <= MAX_CPU_PERCENT
    if each.is_exporter and each.name != MATTER:
        limits.append(f"<= {MAX_EXPORTER_MIB} MiB")
        met &= each.used.rss <= MAX_EXPORTER_MIB
    return (
        f"| {each.name} | {memory(each.used)} "
        f"| {each.start_cpu_seconds:.2f} s | {each.cpu_percent:.2f} % "
        f"| {', '.join(limits)} | {shown(met)} |"
    )


def burst_rows(devices: int, found: Mapping[str, Burst]) -> Iterator[str]:
    """Yield the rows of one house; the goal is for the settings that were chosen."""
    goal = MAX_BFF_MIB[devices]
    for name, each in found.items():
        allocator = settings_text(VARIANTS[name]) or "none"
        is_chosen = VARIANTS[name] == ALLOCATOR
        met = f"<= {goal} MiB | {shown(each.after.rss <= goal)}" if is_chosen else "|"
        yield (
            f"| {devices} devices | {allocator} | {memory(each.rested)} | {memory(each.after)} "
            f"| {each.peak_mib:.0f} | {each.cpu_seconds:.2f} s | {met} |"
        )


def memory(used: Used) -> str:
    """Return resident memory, and in brackets the private one."""
    return f"{used.rss:.0f} ({used.private:.0f})"


def together(rested: list[Rested], burst: Burst) -> str:
    """Return the sum of a home: BFF and VictoriaMetrics after a burst, page, three exporters."""
    mib = {each.name: each.used.rss for each in rested}
    exporters = [each.name for each in rested if each.is_exporter and each.name != MATTER]
    largest = sorted(exporters, key=lambda name: -mib[name])[:3]
    parts = {
        "BFF": burst.after.rss,
        "VictoriaMetrics": burst.server.rss,
        **{name: mib[name] for name in ("page", *largest)},
    }
    total = sum(parts.values())
    return (
        "\nTogether, BFF and VictoriaMetrics after the burst below (50 devices), with the three\n"
        "largest exporters but Matter's: "
        f"{' + '.join(f'{name} {part:.0f}' for name, part in parts.items())} =\n"
        f"**{total:.0f} MiB** (wanted <= {MAX_TOGETHER_MIB}; "
        f"met: {shown(total <= MAX_TOGETHER_MIB)})."
    )


def settings_text(settings: Mapping[str, str]) -> str:
    """Return variables as a shell has them."""
    return " ".join(f"`{name}={value}`" for name, value in settings.items())


def processor() -> str:
    """Return what the machine calls it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="mb-") as name:
        rested = rest(Path(name))
    of_devices = dict[int, dict[str, Burst]]()
    for devices in MAX_BFF_MIB:
        with TemporaryDirectory(prefix="mb-") as name:
            of_devices[devices] = bursts(Path(name), devices, VARIANTS)
    print_tables(rested, of_devices)


def print_tables(rested: list[Rested], of_devices: Mapping[int, Mapping[str, Burst]]) -> None:
    """Print the document."""
    head = HEAD.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        processor=processor(),
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
        python=platform.python_version(),
        allocator=settings_text(ALLOCATOR),
    )
    print(head, AT_REST.format(devices=DEVICES, seconds=WATCHED_SECONDS), sep="\n")
    print(*(rest_row(each) for each in rested), sep="\n")
    print(together(rested, of_devices[50]["chosen"]))
    print(AFTER.format(questions=QUESTIONS, at_once=AT_ONCE, days=DAYS))
    print(*(row for n, found in of_devices.items() for row in burst_rows(n, found)), sep="\n")


if __name__ == "__main__":
    main()
