"""Energy after the watermark: the slots that are not closed yet, up to the last refresh. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bff.energy import QUANTITIES, Integers
from bff.ledger.device_rules import DeviceRules, FormerOrder
from bff.ledger.slots import judge_device, slots_between
from bff.time_grid import SLOT_MS, slot_edges, slot_start
from energy_rules.samples import Samples
from energy_rules.sources import chosen
from energy_rules.spread import Spans, between


@dataclass(frozen=True, slots=True)
class RecentSamples:
    """The samples of one device's sources around and after the watermark."""

    rules: DeviceRules
    samples: Mapping[str, Samples]


@dataclass(frozen=True, slots=True)
class OpenSlots:
    """Everything from the watermark on; replaced at every refresh, computed on demand.

    Attributes:
        start_ms: The watermark, an edge of the slot grid.
        end_ms: The instant of the last refresh.
        recent: The samples of every device of the house.
        sums: The sums computed for a device up to some instants; requested again and again.
    """

    start_ms: int
    end_ms: int
    recent: Mapping[str, RecentSamples]
    sums: dict[tuple[str, bytes], Integers] = field(default_factory=dict)

    def up_to(self, devices: Sequence[str], edges_ms: Integers) -> Integers:
        """Return sums from the watermark to each edge; the axes are quantity, device, edge."""
        sums = np.zeros((QUANTITIES, len(devices), len(edges_ms)), dtype=np.int64)
        later = edges_ms > self.start_ms
        if later.any():
            instants_ms = np.minimum(edges_ms[later], self.end_ms)
            for position, device in enumerate(devices):
                sums[:, position, later] = self._sums(device, instants_ms)
        return sums

    def _sums(self, device: str, instants_ms: Integers) -> Integers:
        key = device, instants_ms.tobytes()
        if key not in self.sums:
            recent = self.recent[device]
            sources = judge_device(recent.rules, recent.samples, self.end_ms).spans
            orders = recent.rules.former_orders
            self.sums[key] = sums_up_to(sources, self.start_ms, instants_ms, orders)
        return self.sums[key]


def sums_up_to(
    sources: Sequence[Spans],
    start_ms: int,
    instants_ms: Integers,
    former_orders: Sequence[FormerOrder] = (),
) -> Integers:
    """Return one device's sums from a slot edge to later instants: shape (quantities, instants).

    Each slot counts with the source that is best in the whole of it, as in closed slots.
    """
    edges_ms = np.union1d(start_ms, instants_ms)
    if len(sources) == 1:
        amounts = between(sources[0], edges_ms)
    else:
        grid = slot_edges(start_ms, slot_start(int(edges_ms[-1]) - 1) + SLOT_MS)
        edges_ms = np.union1d(edges_ms, grid)
        of_slots = slots_between(sources, grid, former_orders).source
        choice = of_slots[(edges_ms[:-1] - start_ms) // SLOT_MS]
        by_source = [between(spans, edges_ms) for spans in sources]
        amounts = chosen(by_source, choice)
    sums = np.zeros((QUANTITIES, len(edges_ms)), dtype=np.int64)
    np.cumsum(amounts.stacked(), axis=1, out=sums[:, 1:])
    return sums[:, np.searchsorted(edges_ms, instants_ms)]
