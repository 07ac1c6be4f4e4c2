"""The ledger's own metrics, for the health port."""

from collections.abc import Iterator, Sequence
from typing import override

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bff.ledger.ledger import Ledger
from bff.ledger.store import OpenEvents
from energy_rules.limits import MW_PER_W
from energy_rules.quantities import UWH_PER_KWH


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
        yield from _open_events(status.open_events)
        yield from self._ratings()

    def _ratings(self) -> Iterator[Metric]:
        ratings = GaugeMetricFamily(
            "ledger_device_rated_power_watts",
            "Rated power of a device, where a person wrote one.",
            labels=("house", "device"),
        )
        house = self._ledger.home().house
        for device, rated_mw in self._ledger.status.current.rated_mw.items():
            ratings.add_metric((house, device), rated_mw / MW_PER_W)
        yield ratings


def _open_events(open_events: Sequence[OpenEvents]) -> Iterator[Metric]:
    labels = ("device", "kind")
    count = GaugeMetricFamily(
        "ledger_open_events", "Events that no one has answered.", labels=labels
    )
    at_stake = GaugeMetricFamily(
        "ledger_open_events_energy_kwh", "Energy that depends on their answers.", labels=labels
    )
    for device, kind, events, uwh in open_events:
        count.add_metric((device, kind), events)
        at_stake.add_metric((device, kind), uwh / UWH_PER_KWH)
    yield from (count, at_stake)
