"""The whole of `/metrics`: devices, the exporter's own values, the kit's work."""

from collections.abc import Iterator

from exporter_kit.board import Board
from exporter_kit.collector import ENERGY_COUNTERS, BuildCollector, DeviceCollector, ValueCollector
from exporter_kit.configuration import Configuration
from exporter_kit.durable import set_aside_count
from exporter_kit.energy_state import EnergyState
from exporter_kit.exposition import encode_metrics
from exporter_kit.feeds import Value
from exporter_kit.feeds_at_work import FeedsAtWork
from exporter_kit.own_metrics import OwnMetrics
from exporter_kit.own_values import config_values, feed_values, state_values
from exporter_kit.program import Program


class Page:
    """Put together once; `text` is asked for at each scrape and reads memory only."""

    def __init__(
        self, program: Program, own: OwnMetrics, board: Board, energy: EnergyState
    ) -> None:
        self._registry = own.registry
        self._energy = energy
        self._files_set_aside = 0
        self._registry.register(DeviceCollector(board, energy))
        self._registry.register(ValueCollector(program.exporter.values))
        self._registry.register(BuildCollector(program.name, program.version))

    def add_work(self, feeds: FeedsAtWork, configuration: Configuration) -> None:
        """Show the times in force, the state file and the configuration too."""

        def values() -> Iterator[Value]:
            yield from feed_values(feeds.in_force())
            yield from state_values(self._energy, self._files_set_aside)
            yield from config_values(
                last_load_good=configuration.last_load_good,
                last_good_unix_seconds=configuration.last_good_unix_seconds,
            )

        self._registry.register(ValueCollector(values))

    def look_at_disk(self) -> None:
        """Count the files that were set aside; not at a scrape, which must not wait for a disk."""
        self._files_set_aside = set_aside_count(self._energy.document.path)

    def text(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type."""
        return encode_metrics(self._registry, accept, ENERGY_COUNTERS)
