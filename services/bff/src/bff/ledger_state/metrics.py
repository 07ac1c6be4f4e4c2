"""The ledger's own metrics, for the health port."""

from collections.abc import Iterator
from typing import override

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bff.ledger.ledger import Ledger


class LedgerCollector(Collector):
    """Collect the ledger's status at the moment of the scrape; what is unknown is left out."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @override
    def collect(self) -> Iterator[Metric]:
        status = self._ledger.status.current
        rebuild = status.rebuild
        figures: tuple[tuple[str, str, float | None], ...] = (
            (
                "ledger_lag_seconds",
                "Time since VictoriaMetrics was last asked for new samples.",
                status.lag_seconds(self._ledger.now_ms()),
            ),
            (
                "ledger_dirty_slots",
                "Closed slots that are to be made again.",
                status.dirty_slots,
            ),
            (
                "ledger_rebuild_progress_ratio",
                "How much of the running rebuild is done; 1 when none runs.",
                1.0 if rebuild is None else rebuild.progress,
            ),
            (
                "ledger_rebuild_eta_seconds",
                "How long the running rebuild still takes at its present speed.",
                0.0 if rebuild is None else rebuild.eta_seconds(),
            ),
        )
        for name, text, value in figures:
            if value is not None:
                yield GaugeMetricFamily(name, text, value=value)
