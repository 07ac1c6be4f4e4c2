"""A real BFF process, asked over HTTP."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from testbed.process import free_port, running

# Of a query: a machine that runs four tests at once answers later than a person waits for.
BUSY_DEADLINE_SECONDS = 8


@dataclass(frozen=True, slots=True)
class Bff:
    """A client for everything below `/api/v1`, the health port, the process and its log."""

    http: httpx.Client
    health_url: str
    process: subprocess.Popen[bytes]
    log: Path


def settings_of(folder: Path, victoriametrics_url: str, config_file: Path) -> dict[str, str]:
    """The environment of a BFF that keeps its database in `folder`, on free ports."""
    return {
        **os.environ,
        "CONFIG_FILE": str(config_file),
        "DATABASE_URL": f"sqlite:///{folder / 'bff.db'}",
        "VICTORIAMETRICS_URL": victoriametrics_url,
        "VICTORIAMETRICS_DEADLINE_SECONDS": str(BUSY_DEADLINE_SECONDS),
        "LISTEN_PORT": str(free_port()),
        "HEALTH_PORT": str(free_port()),
    }


@contextmanager
def bff(folder: Path, settings: dict[str, str]) -> Generator[Bff]:
    """Run `python -m bff` for the length of a `with` block; its log goes to `folder`."""
    health_url = f"http://127.0.0.1:{settings['HEALTH_PORT']}"
    log = folder / "bff.log"
    with (
        running(
            [sys.executable, "-m", "bff"], ready_url=f"{health_url}/readyz", log=log, env=settings
        ) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{settings['LISTEN_PORT']}/api/v1",
            trust_env=False,
            timeout=60,
        ) as http,
    ):
        yield Bff(http, health_url, process, log)
