"""Energy after the frontier: the slots that are not closed yet, up to the last look. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bff.grid import SLOT_MS, slot_edges, slot_start
from bff.ledger.clean import Pieces
from bff.ledger.counter import Int64s
from bff.ledger.slots import slots_between
from bff.ledger.sources import chosen
from bff.ledger.spread import between
from bff.ledger.store import QUANTITIES


@dataclass(frozen=True, slots=True)
class Tail:
    """What is known from the frontier on; made anew every few seconds.

    Attributes:
        start_ms: The frontier, an edge of the slot grid.
        end_ms: When VictoriaMetrics was last looked at.
        pieces: The clean energy of each source, by device; devices never seen have none.
        whole: Sums from start to end by device, in the order of `Amounts.stacked`.
    """

    start_ms: int
    end_ms: int
    pieces: Mapping[str, Sequence[Pieces]]
    whole: Mapping[str, Int64s]

    def up_to(self, devices: Sequence[str], edges_ms: Int64s) -> Int64s:
        """Sums from the frontier to each edge; the axes are quantity, device, edge."""
        sums = np.zeros((QUANTITIES, len(devices), len(edges_ms)), dtype=np.int64)
        sums[:, :, edges_ms >= self.end_ms] = _columns(self.whole, devices)[:, :, np.newaxis]
        inside = (edges_ms > self.start_ms) & (edges_ms < self.end_ms)
        if inside.any():
            for position, device in enumerate(devices):
                sums[:, position, inside] = sums_up_to(
                    self.pieces[device], self.start_ms, edges_ms[inside]
                )
        return sums


def make_tail(pieces: Mapping[str, Sequence[Pieces]], start_ms: int, end_ms: int) -> Tail:
    """The tail of all devices."""
    end = np.array([end_ms], dtype=np.int64)
    whole = {device: sums_up_to(sources, start_ms, end)[:, 0] for device, sources in pieces.items()}
    return Tail(start_ms, end_ms, pieces, whole)


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


def _columns(whole: Mapping[str, Int64s], devices: Sequence[str]) -> Int64s:
    return np.stack([whole[device] for device in devices], axis=1)
