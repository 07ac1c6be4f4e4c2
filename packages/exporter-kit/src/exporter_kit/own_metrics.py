"""What the kit measures about its own work. Only the kit knows `prometheus_client`."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from exporter_kit.outcomes import FailureKind, Outcome
from exporter_kit.targets import Key

DURATION_BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class OwnMetrics:
    """Counts and durations, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._duration = Histogram(
            "exporter_poll_duration_seconds",
            "How long reading one device took, in seconds.",
            ["source"],
            buckets=DURATION_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._failures = Counter(
            "exporter_poll_failures_total",
            "Turns without a usable reading, by kind.",
            ["device", "source", "kind"],
            registry=self.registry,
        )

    def observe_poll(self, outcome: Outcome) -> None:
        """A device was asked."""
        source = outcome.target.labels["source"]
        self._duration.labels(source).observe(outcome.ended - outcome.started)

    def count_failure(self, key: Key, kind: FailureKind) -> None:
        """A turn gave no usable reading."""
        self._failures.labels(*key, kind).inc()
