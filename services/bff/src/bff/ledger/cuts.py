"""Rule 7: divide closed slots exactly where an edge lies inside of them, by their raw samples."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from bff.grid import SLOT_MS, slot_start
from bff.ledger.clean import Limits, Pieces, clean
from bff.ledger.counter import Counter, Int64s
from bff.ledger.gather import Known, Samples, gather
from bff.ledger.reach import NEIGHBOURS
from bff.ledger.rules import DeviceRules
from bff.ledger.slots import NO_SAMPLES
from bff.ledger.spread import between
from bff.stretch import Stretch

MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Cut:
    """An instant inside a closed slot.

    Attributes:
        rules: The device and its rules.
        at_ms: The instant.
        slot: The stored amounts of the whole slot, in the order of `Amounts.stacked`.
        source: The position of the slot's source.
    """

    rules: DeviceRules
    at_ms: int
    slot: tuple[int, ...]
    source: int


class CutMemory:
    """Cuts once made. Another slot, or other rules, is another cut."""

    def __init__(self) -> None:
        self._cuts: OrderedDict[Cut, Int64s] = OrderedDict()
        self._lock = Lock()

    def recall(self, cuts: Sequence[Cut]) -> dict[Cut, Int64s]:
        """Those of the cuts that are remembered."""
        with self._lock:
            return {cut: self._cuts[cut] for cut in cuts if cut in self._cuts}

    def keep(self, cuts: Mapping[Cut, Int64s]) -> None:
        """Remember these; the oldest are forgotten beyond a limit."""
        with self._lock:
            self._cuts.update(cuts)
            while len(self._cuts) > MOST_REMEMBERED:
                self._cuts.popitem(last=False)


type DaysOf = Callable[[DeviceRules], Known]


def cut_slots(samples: Samples, days_of: DaysOf, cuts: Sequence[Cut]) -> dict[Cut, Int64s]:
    """The amounts of each cut's slot from its start up to the cut.

    Args:
        samples: Where raw samples come from.
        days_of: A device with the days it has samples on; only asked where samples are rare.
        cuts: What to cut.

    Raises:
        VictoriaMetricsDown: The raw samples cannot be had.
    """
    return {
        cut: _up_to_cut(pieces, cut)
        for start_ms in sorted({slot_start(cut.at_ms) for cut in cuts})
        for cut, pieces in _pieces(
            samples,
            days_of,
            [cut for cut in cuts if slot_start(cut.at_ms) == start_ms],
            Stretch(start_ms, start_ms + SLOT_MS),
        )
    }


def _up_to_cut(pieces: Pieces, cut: Cut) -> Int64s:
    edges = np.array([slot_start(cut.at_ms), cut.at_ms], dtype=np.int64)
    amounts = between(pieces, edges).stacked()[:, 0]
    # Where a sample came late and was not noticed yet, the sum of the slot still holds.
    return np.minimum(amounts, np.array(cut.slot, dtype=np.int64))


def _pieces(
    samples: Samples, days_of: DaysOf, cuts: Sequence[Cut], slot: Stretch
) -> Iterator[tuple[Cut, Pieces]]:
    """The clean energy around a slot: one question for all where samples are frequent."""
    near = Stretch(slot.start_ms - SLOT_MS, slot.end_ms + SLOT_MS)
    found = samples.fetch(sorted({cut.rules.device for cut in cuts}), near)
    for cut in cuts:
        source = cut.rules.sources[cut.source]
        counter = found[cut.rules.device].get(source, NO_SAMPLES)
        limits = cut.rules.limits[cut.source]
        if not _neighbours_are_there(counter, slot, limits):
            [(_, counters)] = gather(samples, [days_of(cut.rules)], slot)
            counter = counters.get(source, NO_SAMPLES)
        yield cut, clean(counter, limits)


def _neighbours_are_there(counter: Counter, slot: Stretch, limits: Limits) -> bool:
    edges_ms = [slot.start_ms - limits.late_ms, slot.end_ms]
    recent, after = np.searchsorted(counter.at_ms, edges_ms)
    return recent >= NEIGHBOURS and len(counter) - after >= NEIGHBOURS
