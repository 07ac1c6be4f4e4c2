"""The first start of a virtual home: give it a past and prices, so that there is much to see."""

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from home_model.config import Home
from up.process import Process, local_url
from up.ready import becomes_ready
from up.servers import bff, victoria_metrics
from up.settings import Settings


class PreparationError(Exception):
    """A step of the preparation failed; the text names it and has its output."""


def prepare(settings: Settings, home: Home) -> None:
    """Write the past and the first prices once; a file records for which sources it was done.

    When the house has grown since, each step adds what is missing and nothing else.

    Raises:
        PreparationError: A process failed. Nothing is recorded, so the next start tries again.
    """
    done = settings.home_dir / "prepared"
    sources = "\n".join(_with_a_past(home))
    if done.exists() and done.read_text(encoding="utf-8") == sources:
        return
    with ExitStack() as running:
        for process in (victoria_metrics(settings), bff(settings)):
            running.enter_context(_running(process))
        _step(settings, "backfill")
        _step(settings, "seed-prices")
    done.write_text(sources, encoding="utf-8")


def _with_a_past(home: Home) -> list[str]:
    return [
        f"{device.device}/{source.source}"
        for device in home.devices
        for source in device.sources
        if source.source != "ble"  # adverts have no past
    ]


def _step(settings: Settings, step: str) -> None:
    env = bff(settings).environment() | {
        "STATE_DIR": str(settings.state_dir("switchbot-exporter")),
        "TP_LINK_STATE_DIR": str(settings.state_dir("tp-link-native-exporter")),
        "TP_LINK_MATTER_STATE_DIR": str(settings.state_dir("tp-link-matter-exporter")),
        "AISEG2_STATE_DIR": str(settings.state_dir("aiseg2-exporter")),
        "DAYS": str(settings.backfill_days),
        "BFF_URL": local_url(settings.bff_port, ""),
    }
    command = [sys.executable, "-m", "virtual_home", step]
    if subprocess.run(command, env=env, check=False).returncode:
        message = f"'{step}' of the virtual home failed; the lines above have the reason"
        raise PreparationError(message)


@contextmanager
def _running(started: Process) -> Generator[None]:
    with tempfile.TemporaryFile() as log:
        env = started.environment()
        process = subprocess.Popen(started.command, env=env, stdout=log, stderr=log)
        try:
            if not becomes_ready(started.ready, lambda: process.poll() is None):
                log.seek(0)
                tail = log.read().decode(errors="replace")[-2000:]
                message = f"{started.name} did not start:\n{tail}"
                raise PreparationError(message)
            yield
        finally:
            process.terminate()
            process.wait()


def write_scrape_config(folder: Path, text: str) -> None:
    """Write the file from which VictoriaMetrics reads its targets."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scrape.yaml").write_text(text, encoding="utf-8")
