"""The devices' metrics, made at each scrape of the latest readings and the saved counters.

`prometheus_client` appends `_total` to the name of every counter, and OpenMetrics demands it; the
contract is `<family>_energy_total_kwh`. See docs/decisions/0002-exact-counter-name.md.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from exporter_kit.attempts import NEVER_READ, Failure, Outcome, quantities_of
from exporter_kit.energy.store import EnergyStore
from exporter_kit.exporter import Target
from home_model import metrics as table
from home_model.sources import FAMILIES

COUNTERS = (table.ENERGY, table.ENERGY_EXPORTED)
COUNTER_NAMES = tuple(
    table.metric_name(family, counter) for family in FAMILIES for counter in COUNTERS
)

type Current = Callable[[], Iterable[tuple[Target[Any], Outcome]]]


class DeviceCollector:
    """Every family's metrics. A device that is down has `device_up` 0 and nothing else.

    One that was not attempted yet has nothing at all: whether it is up is not known.

    Args:
        current: Returns every target with its outcome.
        energy: The counters.
    """

    def __init__(self, current: Current, energy: EnergyStore) -> None:
        self._current = current
        self._energy = energy

    def collect(self) -> Iterator[Metric]:
        """Yield one metric of each name that has a sample."""
        families: dict[str, Metric] = {}
        for target, outcome in self._current():
            for metric, value in self._values(target, outcome):
                name = table.metric_name(target.family, metric)
                # `encode_metrics` makes them counters.
                metric_type = "unknown" if metric in COUNTERS else metric.metric_type
                family = families.setdefault(name, Metric(name, metric.help, metric_type))
                family.add_sample(name, dict(target.labels), value)
        yield from sorted(families.values(), key=lambda family: family.name)

    def _values(
        self, target: Target[Any], outcome: Outcome
    ) -> Iterator[tuple[table.Metric, float]]:
        if outcome is NEVER_READ:
            return
        if isinstance(outcome, Failure):
            yield table.UP, 0.0
            return
        quantities = quantities_of(outcome)
        yield table.UP, 1.0
        yield table.READING_TIMESTAMP, outcome.at.timestamp()
        for metric in (table.POWER, table.VOLTAGE, table.CURRENT, *table.EXTRA):
            if metric.word in quantities:
                yield metric, quantities[metric.word]
        energy_kwh = self._energy.exposed_kwh(target.key, outcome)
        if energy_kwh is not None:
            yield table.ENERGY, energy_kwh
        if outcome.energy_exported_kwh is not None:
            yield table.ENERGY_EXPORTED, outcome.energy_exported_kwh


def encode_metrics(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """Return the page in the format that was asked for, and its content type.

    The registry gives energies as of unknown type. In the text format they are counters;
    OpenMetrics has no such type for a name without the suffix.
    """
    encoder, content_type = choose_encoder(accept)
    page = encoder(registry)
    if not content_type.startswith("application/openmetrics-text"):
        for name in COUNTER_NAMES:
            page = page.replace(
                f"\n# TYPE {name} untyped\n".encode(), f"\n# TYPE {name} counter\n".encode()
            )
    return page, content_type
