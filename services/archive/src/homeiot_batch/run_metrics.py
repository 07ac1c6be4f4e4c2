"""The figures of the last run, pushed to VictoriaMetrics: a batch is not there to be scraped."""

import logging
import time
from collections.abc import Mapping

import httpx

from homeiot_batch.config import Settings, house_of

LOG = logging.getLogger(__name__)
PUSH_PATH = "/api/v1/import/prometheus"
DEADLINE_SECONDS = 10.0

type Rows = Mapping[tuple[str, str], int]


def push_figures(settings: Settings, rows: Rows, exit_code: int, duration_seconds: float) -> None:
    """Push the figures; a server that does not take them is logged, no more.

    The alert *archive is late* asks how old the newest success is.
    """
    if settings.victoriametrics_url is None:
        return
    text = figures_text(rows, exit_code, duration_seconds, time.time(), house_of(settings))
    auth = None
    if settings.victoria_metrics_username:
        password = settings.victoria_metrics_password.get_secret_value()
        auth = httpx.BasicAuth(settings.victoria_metrics_username, password)
    try:
        with httpx.Client(auth=auth, trust_env=False, timeout=DEADLINE_SECONDS) as http:
            url = str(settings.victoriametrics_url).rstrip("/") + PUSH_PATH
            http.post(url, content=text).raise_for_status()
    except httpx.HTTPError as error:
        LOG.warning("the figures of the run were not pushed: %s", error)


def figures_text(
    rows: Rows, exit_code: int, duration_seconds: float, now_unix_seconds: float, house: str | None
) -> str:
    """Return the figures in Prometheus' text format.

    Args:
        rows: By dataset and stage.
        exit_code: Of the run.
        duration_seconds: Of the run.
        now_unix_seconds: When it ended.
        house: The label that keeps several houses in one VictoriaMetrics apart; None: no label.
    """
    of_house = {} if house is None else {"house": house}
    figures = {
        "archive_last_run_timestamp_seconds": f"{now_unix_seconds:.3f}",
        "archive_last_run_exit_code": str(exit_code),
        "archive_last_run_duration_seconds": f"{duration_seconds:.3f}",
    }
    if exit_code == 0:
        figures["archive_last_success_timestamp_seconds"] = f"{now_unix_seconds:.3f}"
    lines = [f"{name}{_labels(of_house)} {value}" for name, value in figures.items()]
    for (dataset, stage), count in rows.items():
        labels = _labels(of_house | {"dataset": dataset, "stage": stage})
        lines.append(f"archive_last_run_rows{labels} {count}")
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    shown = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{shown}}}" if shown else ""
