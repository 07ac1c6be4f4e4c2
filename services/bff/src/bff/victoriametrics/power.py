"""Power of the sources of one device over an interval, and when it was read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.export import export
from home_model.metrics import POWER, READING_TIMESTAMP
from home_model.sources import Source, family_of


@dataclass(frozen=True, slots=True)
class PowerOfSource:
    """Power as scraped, in the order of time.

    Attributes:
        at_ms: When VictoriaMetrics wrote it, Unix milliseconds.
        watts: NaN is a stale marker: from there on the source is silent.
        read_ms: When the source was read; `at_ms` where the exporter does not report it.
    """

    at_ms: NDArray[np.int64]
    watts: NDArray[np.float64]
    read_ms: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SourceSeries:
    """One source of one device of a house."""

    house: str
    device: str
    source: Source

    def selector(self, word: str) -> str:
        """Format the selector of one quantity, in whatever place the device was."""
        return (
            f'{family_of(self.source)}_{word}{{house="{self.house}",device="{self.device}",'
            f'source="{self.source.source}"}}'
        )


def fetch_power(
    victoriametrics: VictoriaMetrics, series: SourceSeries, start_ms: int, end_ms: int
) -> PowerOfSource:
    """Fetch every sample of power in [start, end).

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    at_ms, watts = _fetch(victoriametrics, series, POWER.word, start_ms, end_ms)
    read_at_ms, read_s = _fetch(victoriametrics, series, READING_TIMESTAMP.word, start_ms, end_ms)
    read_ms = _read_ms(at_ms, dict(zip(read_at_ms.tolist(), read_s.tolist(), strict=True)))
    return PowerOfSource(at_ms, watts, read_ms)


def _fetch(
    victoriametrics: VictoriaMetrics, series: SourceSeries, word: str, start_ms: int, end_ms: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    parts = list(export(victoriametrics, series.selector(word), start_ms, end_ms))
    if not parts:
        return np.empty(0, np.int64), np.empty(0)
    at_ms = np.concatenate([at_ms for _, at_ms, _ in parts])
    values = np.concatenate([values for _, _, values in parts])
    # Where labels changed, a marker of the old series and a value of the new one share an instant.
    order = np.lexsort((~np.isnan(values), at_ms))
    return at_ms[order], values[order]


def _read_ms(at_ms: NDArray[np.int64], read_s: Mapping[int, float]) -> NDArray[np.int64]:
    read_at_ms = np.array([read_s.get(int(at), np.nan) for at in at_ms], dtype=np.float64) * 1000
    # A reading is never younger than its scrape; a clock with that result is not trusted.
    known = np.isfinite(read_at_ms) & (read_at_ms <= at_ms)
    return np.where(known, np.nan_to_num(read_at_ms), at_ms).astype(np.int64)
