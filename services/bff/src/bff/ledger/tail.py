"""Energy after the frontier: the slots that are not closed yet, up to the last look. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bff.grid import SLOT_MS, slot_edges, slot_start
from bff.ledger.clean import Pieces
from bff.ledger.counter import Counter, Int64s
from bff.ledger.rules import DeviceRules
from bff.ledger.slots import pieces_of, slots_between
from bff.ledger.sources import chosen
from bff.ledger.spread import between
from bff.ledger.store import QUANTITIES


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sources of one device said around and after the frontier."""

    rules: DeviceRules
    counters: Mapping[str, Counter]


@dataclass(frozen=True, slots=True)
class Tail:
    """What is known from the frontier on; made anew every few seconds, worked out when asked.

    Attributes:
        start_ms: The frontier, an edge of the slot grid.
        end_ms: When VictoriaMetrics was last looked at.
        heard: The samples of every device of the house.
        whole: Sums from start to end of the devices that were asked for.
    """

    start_ms: int
    end_ms: int
    heard: Mapping[str, Heard]
    whole: dict[str, Int64s] = field(default_factory=dict)

    def up_to(self, devices: Sequence[str], edges_ms: Int64s) -> Int64s:
        """Sums from the frontier to each edge; the axes are quantity, device, edge."""
        sums = np.zeros((QUANTITIES, len(devices), len(edges_ms)), dtype=np.int64)
        beyond = edges_ms >= self.end_ms
        inside = (edges_ms > self.start_ms) & ~beyond
        for position, device in enumerate(devices):
            if beyond.any():
                sums[:, position, beyond] = self._whole(device)[:, np.newaxis]
            if inside.any():
                sums[:, position, inside] = self._sums(device, edges_ms[inside])
        return sums

    def _whole(self, device: str) -> Int64s:
        if device not in self.whole:
            end = np.array([self.end_ms], dtype=np.int64)
            self.whole[device] = self._sums(device, end)[:, 0]
        return self.whole[device]

    def _sums(self, device: str, instants_ms: Int64s) -> Int64s:
        heard = self.heard[device]
        return sums_up_to(pieces_of(heard.rules, heard.counters), self.start_ms, instants_ms)


def sums_up_to(sources: Sequence[Pieces], start_ms: int, instants_ms: Int64s) -> Int64s:
    """Sums of one device from an edge of the grid to later instants: shape (quantities, instants).

    Each slot counts with the source that is best in the whole of it, as in closed slots.
    """
    grid = slot_edges(start_ms, slot_start(int(instants_ms.max()) - 1) + SLOT_MS)
    cuts = np.union1d(grid, instants_ms)
    choice = slots_between(sources, grid).source[(cuts[:-1] - start_ms) // SLOT_MS]
    amounts = chosen([between(pieces, cuts) for pieces in sources], choice)
    sums = np.zeros((QUANTITIES, len(cuts)), dtype=np.int64)
    np.cumsum(amounts.stacked(), axis=1, out=sums[:, 1:])
    return sums[:, np.searchsorted(cuts, instants_ms)]
