"""Rule 7: split closed slots exactly where an edge lies inside of them, by their raw samples."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import batched, pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

from bff.energy import QUANTITIES
from bff.ledger.device_rules import DeviceRules
from bff.ledger.fetch import SamplesBySource, SampleSource, fetch_with_neighbours
from bff.ledger.sample_counts import NEIGHBOURS, DeviceDays
from bff.ledger.witness import judge_with_witnesses
from bff.time_grid import DAY_MS, SLOT_MS, Interval, slot_start
from energy_rules.limits import Limits
from energy_rules.quantities import HOUR_MS
from energy_rules.samples import NO_SAMPLES, Samples
from energy_rules.spread import Spans, between

MAX_CACHED = 200_000
# So long before a slot samples show how a source is read.
NEAR_MS = 6 * HOUR_MS
# What is fetched at once bounds the memory: a device read each minute has 1,440 samples a day.
MAX_DEVICE_DAYS = 256


class Split(NamedTuple):
    """An instant inside a closed slot. Another slot is another split.

    Attributes:
        device: Whose slot it is.
        at_ms: The instant.
        slot: The stored amounts of the whole slot, in the order of `Amounts.stacked`.
    """

    device: str
    at_ms: int
    slot: tuple[int, ...]


# The amounts of slots from their start up to a split, in the order of `Amounts.stacked`.
type SplitAmounts = Mapping[Split, Sequence[int]]


class SplitCache:
    """Amounts of splits, and which of them are not saved yet."""

    def __init__(self) -> None:
        self._amounts: OrderedDict[Split, Sequence[int]] = OrderedDict()
        self._unsaved: dict[Split, Sequence[int]] = {}
        self._lock = Lock()

    def get(self, splits: Collection[Split]) -> dict[Split, Sequence[int]]:
        """Return the amounts of those splits that are cached."""
        with self._lock:
            return {split: self._amounts[split] for split in splits if split in self._amounts}

    def put(self, amounts: SplitAmounts, *, is_saved: bool) -> None:
        """Cache these; the oldest are dropped beyond a limit."""
        with self._lock:
            self._amounts.update(amounts)
            if not is_saved:
                self._unsaved.update(amounts)
            for kept in (self._amounts, self._unsaved):
                while len(kept) > MAX_CACHED:
                    del kept[next(iter(kept))]

    @property
    def has_unsaved(self) -> bool:
        """Whether anything is to be saved."""
        return bool(self._unsaved)

    def unsaved(self) -> SplitAmounts:
        """Return what is to be saved."""
        with self._lock:
            return dict(self._unsaved)

    def set_saved(self, splits: Collection[Split]) -> None:
        """Remember that these are saved."""
        with self._lock:
            for split in splits:
                self._unsaved.pop(split, None)


type DaysOf = Callable[[DeviceRules], DeviceDays]
type RulesOf = Mapping[str, DeviceRules]


class Found(NamedTuple):
    """The amounts of splits.

    Attributes:
        exact: Samples show all of the slot: these amounts are final.
        others: Samples are late, or lost and not counted yet: they hold for this answer.
    """

    exact: dict[Split, Sequence[int]]
    others: dict[Split, Sequence[int]]


def split_slots(
    source: SampleSource, rules: RulesOf, days_of: DaysOf, splits: Mapping[Split, int]
) -> Found:
    """Return the amounts of each split's slot from its start up to the split.

    Args:
        source: Where to fetch raw samples.
        rules: Of each device.
        days_of: Returns a device with the days it has samples on; only called where samples
            are rare.
        splits: The instants, with the position of their slot's source in the device's rules.

    Raises:
        VictoriaMetricsDownError: The raw samples are not available.
    """
    found = Found({}, {})
    for run, of_run in _runs(splits):
        by_source: dict[tuple[str, int], list[Split]] = defaultdict(list)
        for split in of_run:
            by_source[split.device, splits[split]].append(split)
        samples = source.fetch(sorted({device for device, _ in by_source}), run)
        for (device, position), of_source in by_source.items():
            parts = _spans(source, rules[device], position, samples[device], days_of, of_source)
            for spans, some in parts:
                _enter(found, spans, some)
    return found


def even(split: Split) -> Sequence[int]:
    """Split the slot evenly: what could split it exactly is lost."""
    within_ms = split.at_ms % SLOT_MS
    return [amount * within_ms // SLOT_MS for amount in split.slot]


def _runs(splits: Collection[Split]) -> Iterator[tuple[Interval, Sequence[Split]]]:
    """Group splits whose samples are fetched together, with the interval of these samples."""
    ordered = sorted(splits, key=lambda split: split.at_ms)
    max_devices = max(1, MAX_DEVICE_DAYS // 2)
    devices = sorted({split.device for split in ordered})
    for some in batched(devices, max_devices, strict=False):
        wanted = [split for split in ordered if split.device in set(some)]
        max_ms = MAX_DEVICE_DAYS // len(some) * DAY_MS
        for run in _near_each_other(wanted, max_ms):
            start_ms, end_ms = (slot_start(run[end].at_ms) for end in (0, -1))
            yield Interval(start_ms - NEAR_MS, end_ms + SLOT_MS + HOUR_MS), run


def _near_each_other(splits: Sequence[Split], max_ms: int) -> Iterator[Sequence[Split]]:
    """Cut where no samples are shared, and where a run would become too long."""
    first = 0
    for position, (split, following) in enumerate(pairwise(splits), 1):
        is_far = following.at_ms - split.at_ms > NEAR_MS + HOUR_MS
        if is_far or following.at_ms - splits[first].at_ms > max_ms:
            yield splits[first:position]
            first = position
    yield splits[first:]


def _spans(  # noqa: PLR0913, PLR0917 - what a judgement needs
    source: SampleSource,
    rules: DeviceRules,
    position: int,
    samples: SamplesBySource,
    days_of: DaysOf,
    splits: Sequence[Split],
) -> Iterator[tuple[Spans, Sequence[Split]]]:
    """Return the clean energy around the slots of one source: of all at once where it can be."""
    of_source = rules.by_source()[position]
    all_samples = samples.get(of_source.source, NO_SAMPLES)
    enough, rare = [], []
    for split, is_enough in zip(
        splits, _have_neighbours(all_samples, splits, of_source.limits), strict=True
    ):
        (enough if is_enough else rare).append(split)
    if enough:
        judged = judge_with_witnesses(source, rules, {of_source.source: all_samples})
        yield judged.sources[position].spans, enough
    for split in rare:
        slot = Interval(slot_start(split.at_ms), slot_start(split.at_ms) + SLOT_MS)
        [(_, by_source)] = fetch_with_neighbours(source, [days_of(rules)], slot)
        near = by_source.get(of_source.source, NO_SAMPLES)
        judged = judge_with_witnesses(source, rules, {of_source.source: near})
        yield judged.sources[position].spans, [split]


def _have_neighbours(samples: Samples, splits: Sequence[Split], limits: Limits) -> Sequence[bool]:
    starts_ms = np.array([slot_start(split.at_ms) for split in splits], dtype=np.int64)
    recent = np.searchsorted(samples.at_ms, starts_ms - limits.gap_limit_ms)
    after = np.searchsorted(samples.at_ms, starts_ms + SLOT_MS)
    return ((recent >= NEIGHBOURS) & (len(samples) - after >= NEIGHBOURS)).tolist()


def _enter(found: Found, spans: Spans, splits: Sequence[Split]) -> None:
    """Split slots of one source by its energy."""
    at_ms = np.array([split.at_ms for split in splits], dtype=np.int64)
    start_ms = at_ms // SLOT_MS * SLOT_MS
    edges_ms = np.unique(np.concatenate([start_ms, at_ms, start_ms + SLOT_MS]))
    sums = np.zeros((QUANTITIES, len(edges_ms)), dtype=np.int64)
    np.cumsum(between(spans, edges_ms).stacked(), axis=1, out=sums[:, 1:])
    start, here, end = (
        sums[:, np.searchsorted(edges_ms, each)] for each in (start_ms, at_ms, start_ms + SLOT_MS)
    )
    stored = np.array([split.slot for split in splits], dtype=np.int64).T
    is_exact = (end - start == stored).all(axis=0).tolist()
    is_lost = (end == start).all(axis=0).tolist()
    # Where a sample came late and was not counted yet, the sum of the slot still holds.
    amounts = np.minimum(here - start, stored).T.tolist()
    for split, exact, lost, up_to in zip(splits, is_exact, is_lost, amounts, strict=True):
        if exact:
            found.exact[split] = up_to
        else:
            found.others[split] = even(split) if lost else up_to
