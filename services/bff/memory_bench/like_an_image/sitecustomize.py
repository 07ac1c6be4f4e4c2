# ruff: noqa: INP001 - Python runs this file at its start where PYTHONPATH has its folder
"""Hide what only tools of development bring along: images lack it, and httpx takes it if it can."""

import sys
from typing import Any

MODULES: dict[str, Any] = sys.modules
for name in ("rich", "pygments"):
    MODULES[name] = None  # an import of it fails, as where it is not installed
