"""The whole chain on free ports: emulator, exporter, vmsingle, BFF and page, started by `up`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from home_model.sources import SOURCES
from service_kit.waiting import poll_until
from testbed.bff import BUSY_DEADLINE_SECONDS
from testbed.process import DidNotStartError, free_port, wait_limit_seconds

ROOT = Path(__file__).parents[4]
START_LIMIT_SECONDS = 300.0
STOP_LIMIT_SECONDS = 40.0
PORTS = (
    "PAGE_PORT",
    "BFF_PORT",
    "BFF_HEALTH_PORT",
    "VM_PORT",
    "MEASUREMENTS_PORT",
    *sorted({row.port_variable for row in SOURCES}),
    "VIRTUAL_HOME_PORT",
    "VIRTUAL_PLUGS_PORT",
    "VIRTUAL_MATTER_PORT",
    "VIRTUAL_AISEG2_PORT",
    "VIRTUAL_MQTT_PORT",
)
# With one of a real home this would not be the virtual one.
ACCOUNTS = (
    "SWITCHBOT_",
    "TP_LINK_",
    "MATTER_SERVER_",
    *(n for r in SOURCES for n in r.all_secrets),
)


@dataclass(frozen=True, slots=True)
class Chain:
    """A running virtual home."""

    process: subprocess.Popen[bytes]
    log: Path
    ports: dict[str, int]

    def url(self, port: str) -> str:
        """The address of one part."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def victoria_metrics_auth(self) -> tuple[str, str]:
        """Return the account that the chain made for its VictoriaMetrics."""
        (file,) = self.log.parent.glob("data/*/victoria-metrics-password")
        return "ppms", file.read_text(encoding="ascii")

    def api(self, path: str, **params: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        """Ask the BFF through the page's address, as a person's browser does."""
        answer = httpx.get(
            f"{self.url('PAGE_PORT')}/api/v1{path}", params=params, trust_env=False, timeout=30
        )
        return answer.raise_for_status().json()

    def override(self, path: str, **values: object) -> None:
        """Set something in the virtual home by its control API."""
        httpx.put(
            f"{self.url('VIRTUAL_HOME_PORT')}/virtual{path}", json=values, trust_env=False
        ).raise_for_status()

    def find_process(self, name: str) -> psutil.Process:
        """Find one of the processes among our own children."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        (found,) = [child for child in children if name in " ".join(child.cmdline()[:4])]
        return found


def start_chain(folder: Path, backfill_days: int, *, over_matter: bool = False) -> Chain:
    """Start `python -m up` and wait until everything is ready."""
    chain = begin_chain(folder, backfill_days, over_matter=over_matter)
    wait_until(
        lambda: "Ctrl-C stops everything" in chain.log.read_text(), chain, START_LIMIT_SECONDS
    )
    return chain


def begin_chain(folder: Path, backfill_days: int, *, over_matter: bool = False) -> Chain:
    """Start `python -m up` on free ports and wait for nothing."""
    ports = {name: free_port() for name in PORTS}
    settings = {name: str(port) for name, port in ports.items()}
    env = {key: value for key, value in os.environ.items() if not key.startswith(ACCOUNTS)}
    env |= settings | {
        "DATA_DIR": str(folder / "data"),
        "BACKFILL_DAYS": str(backfill_days),
        "VIRTUAL_HOME": "1",
        "VICTORIAMETRICS_DEADLINE_SECONDS": str(BUSY_DEADLINE_SECONDS),
        "VIRTUAL_MATTER": str(int(over_matter)),
    }
    log = folder / f"up-{time.time_ns()}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "up"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    return Chain(process, log, ports)


def stop_chain(chain: Chain) -> list[psutil.Process]:
    """Press Ctrl-C; gives back what is still alive afterwards."""
    children = psutil.Process(chain.process.pid).children(recursive=True)
    chain.process.send_signal(signal.SIGINT)
    chain.process.wait(STOP_LIMIT_SECONDS)
    return psutil.wait_procs(children, timeout=5)[1]


def wait_until(holds: Callable[[], bool], chain: Chain, limit_seconds: float | None = None) -> None:
    """Wait until a condition holds.

    Raises:
        DidNotStartError: It did not in time, or the chain ended; the message is the end of its log.
    """
    if not poll_until(
        holds,
        limit_seconds or wait_limit_seconds(),
        interval_seconds=0.2,
        is_alive=lambda: chain.process.poll() is None,
    ):
        raise DidNotStartError(chain.log.read_text()[-5000:])
