"""Rule 7: split closed slots exactly where an edge lies inside of them, by their raw samples."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from bff.energy import Integers
from bff.ledger.device_rules import DeviceRules
from bff.ledger.fetch import SampleSource, fetch_with_neighbours
from bff.ledger.sample_counts import NEIGHBOURS, DeviceDays
from bff.ledger.witness import judge_with_witnesses
from bff.time_grid import SLOT_MS, Interval, slot_start
from energy_rules.limits import Limits
from energy_rules.quantities import HOUR_MS
from energy_rules.samples import NO_SAMPLES, Samples
from energy_rules.spread import Spans, between

MAX_CACHED = 50_000
# So long before a slot samples show how a source is read.
NEAR_MS = 6 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Split:
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


class SplitCache:
    """Amounts of splits. Another slot, or other rules, is another split."""

    def __init__(self) -> None:
        self._amounts: OrderedDict[Split, Integers] = OrderedDict()
        self._lock = Lock()

    def get(self, splits: Sequence[Split]) -> dict[Split, Integers]:
        """Return the amounts of those splits that are cached."""
        with self._lock:
            return {split: self._amounts[split] for split in splits if split in self._amounts}

    def put(self, amounts: Mapping[Split, Integers]) -> None:
        """Cache these; the oldest are dropped beyond a limit."""
        with self._lock:
            self._amounts.update(amounts)
            while len(self._amounts) > MAX_CACHED:
                self._amounts.popitem(last=False)


type DaysOf = Callable[[DeviceRules], DeviceDays]


def split_slots(
    source: SampleSource, days_of: DaysOf, splits: Sequence[Split]
) -> dict[Split, Integers]:
    """Return the amounts of each split's slot from its start up to the split.

    Args:
        source: Where to fetch raw samples.
        days_of: Returns a device with the days it has samples on; only called where samples
            are rare.
        splits: The instants.

    Raises:
        VictoriaMetricsDownError: The raw samples are not available.
    """
    return {
        split: _up_to_split(spans, split)
        for start_ms in sorted({slot_start(split.at_ms) for split in splits})
        for split, spans in _spans(
            source,
            days_of,
            [split for split in splits if slot_start(split.at_ms) == start_ms],
            Interval(start_ms, start_ms + SLOT_MS),
        )
    }


def _up_to_split(spans: Spans, split: Split) -> Integers:
    edges = np.array([slot_start(split.at_ms), split.at_ms], dtype=np.int64)
    amounts = between(spans, edges).stacked()[:, 0]
    # Where a sample came late and was not counted yet, the sum of the slot still holds.
    return np.minimum(amounts, np.array(split.slot, dtype=np.int64))


def _spans(
    source: SampleSource, days_of: DaysOf, splits: Sequence[Split], slot: Interval
) -> Iterator[tuple[Split, Spans]]:
    """Return the clean energy around a slot: one query for all where samples are frequent."""
    near = Interval(slot.start_ms - NEAR_MS, slot.end_ms + HOUR_MS)
    found = source.fetch(sorted({split.rules.device for split in splits}), near)
    for split in splits:
        rules = split.rules.by_source()[split.source]
        samples = found[split.rules.device].get(rules.source, NO_SAMPLES)
        if not _has_neighbours(samples, slot, rules.limits):
            [(_, by_source)] = fetch_with_neighbours(source, [days_of(split.rules)], slot)
            samples = by_source.get(rules.source, NO_SAMPLES)
        judged = judge_with_witnesses(source, split.rules, {rules.source: samples})
        yield split, judged.sources[split.source].spans


def _has_neighbours(samples: Samples, slot: Interval, limits: Limits) -> bool:
    edges_ms = [slot.start_ms - limits.gap_limit_ms, slot.end_ms]
    recent, after = np.searchsorted(samples.at_ms, edges_ms)
    return recent >= NEIGHBOURS and len(samples) - after >= NEIGHBOURS
