"""Put the figures of a run into docs/performance.md, between the marks of its size."""

import os
import platform
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"
LIBRARIES = ("numpy", "orjson", "sqlalchemy", "fastapi", "httpx")


def write(size_name: str, sections: Mapping[str, str]) -> None:
    """Replace what an earlier run of the same name wrote: a table under each title."""
    begin, end = f"<!-- bench {size_name} begins -->", f"<!-- bench {size_name} ends -->"
    sections_text = "\n\n".join(f"### {title}\n\n{shown}" for title, shown in sections.items())
    text = DOCUMENT.read_text(encoding="utf-8")
    new = f"{begin}\n{circumstances()}\n\n{sections_text}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    DOCUMENT.write_text(pattern.sub(lambda _: new, text), encoding="utf-8")


def circumstances() -> str:
    """When, where, and with what."""
    load, _, _ = os.getloadavg()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {_processor()}, {os.cpu_count()} cores,"
        f" load at the end {load:.1f}; {platform.system()} {platform.release()};"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries};"
        " VictoriaMetrics 1.79.5 (Debian). BFF, VictoriaMetrics and the bench share the cores."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
