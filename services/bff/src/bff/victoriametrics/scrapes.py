"""How long scraping the exporters of a source takes.

A device's series do not name their exporter: their `job` and `instance` are blanked, so that they
go on when a pod is another. The exporter's own series keep them, and one of these names the
sources that it reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson

from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.export import export, unix_seconds
from bff.victoriametrics.parse import parse_label_sets
from home_model.sources import SourceName

# Of every exporter on the kit, for each source that it reads; see docs/metrics.md.
OWN_SERIES_OF_SOURCE = "exporter_age_limit_seconds"

type Target = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ScrapeTimes:
    """How long scraping took, in seconds."""

    median_seconds: float
    p95_seconds: float


def fetch_scrape_times(
    victoriametrics: VictoriaMetrics, source: SourceName, start_ms: int, end_ms: int
) -> ScrapeTimes | None:
    """Fetch over all exporters that read this source; None where none was scraped.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    parts = [
        values
        for job, instance in sorted(set(_targets(victoriametrics, source, start_ms, end_ms)))
        for _, _, values in export(
            victoriametrics,
            f"scrape_duration_seconds{{job={_quoted(job)},instance={_quoted(instance)}}}",
            start_ms,
            end_ms,
        )
    ]
    seconds = np.concatenate([np.empty(0), *parts])
    seconds = seconds[np.isfinite(seconds)]
    if not len(seconds):
        return None
    median, p95 = np.percentile(seconds, [50, 95])
    return ScrapeTimes(float(median), float(p95))


def _targets(
    victoriametrics: VictoriaMetrics, source: SourceName, start_ms: int, end_ms: int
) -> Iterator[Target]:
    form = {
        "match[]": f'{OWN_SERIES_OF_SOURCE}{{source="{source}"}}',
        "start": unix_seconds(start_ms),
        "end": unix_seconds(end_ms - 1),
    }
    for labels in parse_label_sets(victoriametrics.fetch("/api/v1/series", form)):
        if "job" in labels and "instance" in labels:
            yield labels["job"], labels["instance"]


def _quoted(value: str) -> str:
    # As in Go, and so in JSON.
    return orjson.dumps(value).decode()
