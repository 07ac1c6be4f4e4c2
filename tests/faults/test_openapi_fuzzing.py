"""Every API against its own description, by schemathesis: all checks, and sequences of requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testbed.bff import bff
from testbed.bff import settings_of as bff_settings_of
from testbed.exporter import home_of
from testbed.process import free_port
from testbed.victoria_metrics import VictoriaMetrics

ROOT = Path(__file__).parents[2]
QUICK, LONG = 1, 50
EXAMPLES = [QUICK, pytest.param(LONG, marks=pytest.mark.long)]
BOARD = home_of("{source: esp32, id: esp32-kitchen}")
PAGES = {"/": "text/html", "/metrics": "text/plain", "/healthz": "text/plain"}


def fuzz(document: str, base_url: str, examples: int, folder: Path, *options: str) -> None:
    """Send what the description permits and what it does not; all answers have to be described.

    Args:
        document: The URL or file of the description.
        base_url: Where the API is.
        examples: Of each operation, at most.
        folder: For what schemathesis writes.
        *options: Further ones of its command.
    """
    command = [
        Path(sys.executable).with_name("schemathesis"),
        f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
        "run",
        document,
        f"--url={base_url}",
        f"--max-examples={examples}",
        *options,
    ]
    done = subprocess.run(
        command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr


@pytest.fixture(scope="module")
def no_victoriametrics() -> str:
    """Answers that need samples are 503, which is described."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.mark.parametrize("examples", EXAMPLES)
def test_the_bff_answers_as_it_is_described(
    vm: VictoriaMetrics, tmp_path: Path, examples: int
) -> None:
    """Every operation, on a real VictoriaMetrics."""
    settings = bff_settings_of(tmp_path, vm.url, ROOT / "config" / "devices.example.yaml")
    with bff(tmp_path, settings) as running:
        root = str(running.http.base_url).removesuffix("/api/v1/")
        fuzz(f"{root}/api/openapi.json", root, examples, tmp_path)
        assert "Traceback" not in running.log.read_text()
