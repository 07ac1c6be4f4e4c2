"""The devices' metrics, made of the board and the saved counters at each scrape."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)

from exporter_kit.advance import own_counter_of
from exporter_kit.board import NEVER_READ, Board
from exporter_kit.energy_state import EnergyState
from exporter_kit.feeds import Value
from exporter_kit.outcomes import Failure, quantities_of
from exporter_kit.targets import Key, Target
from home_model import metrics as table
from home_model.readings import Reading

ENERGY_COUNTERS = tuple(
    table.metric_name(family, table.ENERGY) for family in set(table.FAMILY_OF_SOURCE.values())
)


class DeviceCollector:
    """Every family's metrics. A device that is down has `device_up` 0 and nothing else.

    One that was not tried yet has nothing at all: nobody knows whether it is up.
    """

    def __init__(self, board: Board, energy: EnergyState) -> None:
        self._board = board
        self._energy = energy

    def collect(self) -> Iterator[Metric]:
        """One metric of each kind that has a sample."""
        families: dict[str, Metric] = {}
        for target, standing in self._board.standings():
            for metric, value in self._values(target, standing):
                name = table.metric_name(target.family, metric)
                # The exposition makes energy a counter: see there.
                kind = "unknown" if metric is table.ENERGY else metric.kind
                family = families.setdefault(name, Metric(name, metric.help, kind))
                family.add_sample(name, dict(target.labels), value)
        yield from sorted(families.values(), key=lambda family: family.name)

    def _values(
        self, target: Target[Any], standing: Reading | Failure
    ) -> Iterator[tuple[table.Metric, float]]:
        if standing is NEVER_READ:
            return
        if isinstance(standing, Failure):
            yield table.UP, 0.0
            return
        quantities = quantities_of(standing)
        yield table.UP, 1.0
        yield table.READING_TIMESTAMP, standing.at.timestamp()
        for metric in (table.POWER, table.VOLTAGE, table.CURRENT, *table.EXTRA):
            if metric.word in quantities:
                yield metric, quantities[metric.word]
        energy_kwh = self._energy_kwh(target.key, standing)
        if energy_kwh is not None:
            yield table.ENERGY, energy_kwh

    def _energy_kwh(self, key: Key, reading: Reading) -> float | None:
        """What is safe on disk, if this reading still feeds the counter."""
        fed = reading.power_watts is not None or own_counter_of(reading) is not None
        metered = self._energy.saved.get(key)
        if not fed or metered is None or not self._energy.in_order:
            return None
        return metered.counter.total_kwh


class ValueCollector:
    """Metrics of the exporter's or the kit's own, asked for at each scrape."""

    def __init__(self, values: Callable[[], Iterable[Value]]) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        """Values of one name become one metric."""
        families: dict[str, Metric] = {}
        for value in self._values():
            family = families.setdefault(value.name, _family(value))
            family.add_sample(value.name, dict(value.labels), value.value)
        yield from families.values()


class BuildCollector:
    """Which program this is."""

    def __init__(self, exporter: str, version: str) -> None:
        self._build = {"exporter": exporter, "version": version}

    def collect(self) -> Iterator[Metric]:
        """`exporter_build_info`."""
        yield InfoMetricFamily("exporter_build", "Which exporter this is.", value=self._build)


def _family(value: Value) -> Metric:
    kinds = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}
    return kinds[value.kind](value.name, value.help)
