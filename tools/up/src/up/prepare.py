"""The first start of a virtual home: give it a past and prices, so that there is much to see."""

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from home_model.config import Home
from up.exporters import switchbot_state, tp_link_matter_state, tp_link_state
from up.part import Part, at
from up.ready import becomes_ready
from up.servers import bff, victoria_metrics
from up.settings import Settings


class PreparationError(Exception):
    """A step of the preparation failed; says which, and shows what it printed."""


def prepare(settings: Settings, home: Home) -> None:
    """Write the past and the first prices once; a mark tells of which sources it is done.

    When the house has grown since, each step adds what is missing and nothing else.

    Raises:
        PreparationError: A helper process failed. Nothing is marked, so the next start tries again.
    """
    done = settings.home_dir / "prepared"
    sources = "\n".join(_with_a_past(home))
    if done.exists() and done.read_text(encoding="utf-8") == sources:
        return
    with ExitStack() as running:
        for part in (victoria_metrics(settings), bff(settings)):
            running.enter_context(_running(part))
        _step(settings, "backfill")
        _step(settings, "seed-prices")
    done.write_text(sources, encoding="utf-8")


def _with_a_past(home: Home) -> list[str]:
    return [
        f"{device.device}/{source.source}"
        for device in home.devices
        for source in device.sources
        if source.source != "ble"  # what is on the air now has no past
    ]


def _step(settings: Settings, step: str) -> None:
    env = bff(settings).environment() | {
        "STATE_DIR": str(switchbot_state(settings)),
        "TP_LINK_STATE_DIR": str(tp_link_state(settings)),
        "TP_LINK_MATTER_STATE_DIR": str(tp_link_matter_state(settings)),
        "DAYS": str(settings.backfill_days),
        "BFF_URL": at(settings.bff_port, ""),
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
            if not becomes_ready(part.ready, lambda: process.poll() is None):
                log.seek(0)
                tail = log.read().decode(errors="replace")[-2000:]
                message = f"{part.name} did not start:\n{tail}"
                raise PreparationError(message)
            yield
        finally:
            process.terminate()
            process.wait()


def write_scrape_config(folder: Path, text: str) -> None:
    """VictoriaMetrics reads its targets from a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scrape.yaml").write_text(text, encoding="utf-8")
