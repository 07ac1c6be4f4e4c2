"""The first start of a virtual home: give it a past and prices, so that there is much to see."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from up.parts import Part, bff, exporter_state, victoria_metrics
from up.settings import Settings

START_LIMIT_SECONDS = 60.0


class PreparationError(Exception):
    """A step of the preparation failed; says which, and shows what it printed."""


def prepare(settings: Settings) -> None:
    """Write the past and the first prices once; a mark tells that it is done.

    Raises:
        PreparationError: A helper process failed. Nothing is marked, so the next start tries again.
    """
    done = settings.home_dir / "prepared"
    if done.exists():
        return
    with ExitStack() as running:
        for part in (victoria_metrics(settings), bff(settings)):
            running.enter_context(_running(part))
        _step(settings, "backfill")
        _step(settings, "seed-prices")
    done.touch()


def _step(settings: Settings, step: str) -> None:
    env = bff(settings).environment() | {
        "STATE_DIR": str(exporter_state(settings)),
        "DAYS": str(settings.backfill_days),
        "BFF_URL": f"http://127.0.0.1:{settings.bff_port}",
    }
    command = [sys.executable, "-m", "virtual_home", step]
    if subprocess.run(command, env=env, check=False).returncode:
        message = f"'{step}' of the virtual home failed; the lines above say why"
        raise PreparationError(message)


@contextmanager
def _running(part: Part) -> Generator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(part.command, env=part.environment(), stdout=log, stderr=log)
        try:
            if not answers(part, process):
                log.seek(0)
                tail = log.read().decode(errors="replace")[-2000:]
                message = f"{part.name} did not start:\n{tail}"
                raise PreparationError(message)
            yield
        finally:
            process.terminate()
            process.wait()


def answers(part: Part, process: subprocess.Popen[bytes] | None = None) -> bool:
    """Wait until the part is ready; False when its process ended or it took too long."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        with suppress(httpx.HTTPError):
            if httpx.get(part.ready_url, timeout=1, trust_env=False).is_success:
                return True
        time.sleep(0.1)
    return False


def write_scrape_config(folder: Path, text: str) -> None:
    """VictoriaMetrics reads its targets from a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scrape.yaml").write_text(text, encoding="utf-8")
