"""Every API against its own description, by schemathesis: all checks, and sequences of requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bff.openapi import FILE as BFF
from measurements.openapi import FILE as MEASUREMENTS
from testbed.bff import bff, settings_of
from testbed.exporter import home_of
from testbed.measurements import COMMAND, measurements
from testbed.victoria_metrics import VictoriaMetrics

pytestmark = pytest.mark.long  # minutes of requests

ROOT = Path(__file__).parents[2]
# Its phase `coverage` alone is ten thousand requests: each bound of each field, each other method.
EXTENT = ("--phases=examples,coverage,fuzzing,stateful", "--max-examples=10")
BOARD = "esp32-kitchen"


def fuzz(document: Path, root: str, folder: Path, *options: str, **tokens: str) -> None:
    """Send what the description permits and what it does not; all answers have to be described.

    Args:
        document: The OpenAPI document of the service.
        root: The address of the service.
        folder: For what schemathesis writes.
        *options: Of its command.
        **tokens: Variables of its configuration.
    """
    command = [
        Path(sys.executable).with_name("schemathesis"),
        f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
        "run",
        str(document),
        f"--url={root}",
        "--no-color",
        "--request-timeout=60",
        "--continue-on-failure",
        *options,
    ]
    env = os.environ | {"BOARD_TOKEN": "", "READER_TOKEN": ""} | tokens
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr


def test_the_bff_answers_as_it_describes(vm: VictoriaMetrics, tmp_path: Path) -> None:
    """Every operation, on a real VictoriaMetrics; nothing unexpected is in its log."""
    settings = settings_of(tmp_path, vm.url, ROOT / "config" / "devices.example.yaml")
    with bff(tmp_path, settings) as running:
        fuzz(BFF, str(running.http.base_url).removesuffix("/api/v1/"), tmp_path, *EXTENT)
        assert "Traceback" not in running.log.read_text()


def test_the_boards_service_answers_as_it_describes(tmp_path: Path) -> None:
    """Every operation with a token, without one and with a wrong one."""
    with measurements(tmp_path, home_of(f"{{source: esp32, id: {BOARD}}}"), BOARD) as service:
        reader = subprocess.run(
            (*COMMAND, "token", "add", "--read"),
            env=os.environ
            | {
                "CONFIG_FILE": str(tmp_path / "devices.yaml"),
                "DATABASE_URL": service.engine.url.render_as_string(hide_password=False),
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        tokens = {"BOARD_TOKEN": service.token, "READER_TOKEN": reader}
        fuzz(MEASUREMENTS, service.url, tmp_path, *EXTENT, **tokens)
        assert "Traceback" not in (tmp_path / "measurements.log").read_text()
