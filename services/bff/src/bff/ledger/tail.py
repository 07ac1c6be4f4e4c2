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
        sums: What was worked out for a device up to some instants; asked for again and again.
    """

    start_ms: int
    end_ms: int
    heard: Mapping[str, Heard]
    sums: dict[tuple[str, bytes], Int64s] = field(default_factory=dict)

    def up_to(self, devices: Sequence[str], edges_ms: Int64s) -> Int64s:
        """Sums from the frontier to each edge; the axes are quantity, device, edge."""
        sums = np.zeros((QUANTITIES, len(devices), len(edges_ms)), dtype=np.int64)
        later = edges_ms > self.start_ms
        if later.any():
            instants_ms = np.minimum(edges_ms[later], self.end_ms)
            for position, device in enumerate(devices):
                sums[:, position, later] = self._sums(device, instants_ms)
        return sums

    def _sums(self, device: str, instants_ms: Int64s) -> Int64s:
        key = device, instants_ms.tobytes()
        if key not in self.sums:
            heard = self.heard[device]
            sources = pieces_of(heard.rules, heard.counters)
            self.sums[key] = sums_up_to(sources, self.start_ms, instants_ms)
        return self.sums[key]


def sums_up_to(sources: Sequence[Pieces], start_ms: int, instants_ms: Int64s) -> Int64s:
    """Sums of one device from an edge of the grid to later instants: shape (quantities, instants).

    Each slot counts with the source that is best in the whole of it, as in closed slots.
    """
    cuts = np.union1d(start_ms, instants_ms)
    if len(sources) == 1:
        amounts = between(sources[0], cuts)
    else:
        grid = slot_edges(start_ms, slot_start(int(cuts[-1]) - 1) + SLOT_MS)
        cuts = np.union1d(cuts, grid)
        choice = slots_between(sources, grid).source[(cuts[:-1] - start_ms) // SLOT_MS]
        amounts = chosen([between(pieces, cuts) for pieces in sources], choice)
    sums = np.zeros((QUANTITIES, len(cuts)), dtype=np.int64)
    np.cumsum(amounts.stacked(), axis=1, out=sums[:, 1:])
    return sums[:, np.searchsorted(cuts, instants_ms)]
