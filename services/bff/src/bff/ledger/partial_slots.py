"""Rule 7: split closed slots exactly where an edge lies inside of them, by their raw samples."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import batched
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import QUANTITIES, Integers
from bff.ledger.fetch import SamplesBySource, SampleSource, fetch_with_neighbours
from bff.ledger.sample_counts import NEIGHBOURS, DeviceDays
from bff.ledger.slots import DeviceRules
from bff.ledger.witness import judge_with_witnesses
from bff.time_grid import DAY_MS, SLOT_MS, Interval, slot_start
from energy_rules.limits import Limits
from energy_rules.quantities import HOUR_MS
from energy_rules.sources import NO_SAMPLES, Samples, Spans, between

# So long before a slot samples show how a source is read.
NEAR_MS = 6 * HOUR_MS
# Cuts that are further from each other share no samples.
FAR_MS = NEAR_MS + HOUR_MS
# Of all devices whose samples are fetched at once, together. It bounds the memory, and a device
# that is read each minute has 92,000 samples then: as many as a processor's cache holds.
MAX_AT_ONCE_MS = 64 * DAY_MS
# About 72 MB: 5,000 edges of 200 devices.
MAX_CACHED = 1_000_000

type Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Instants inside of closed slots of one device. Another slot is another cut.

    Attributes:
        at_ms: Unix milliseconds: shape (cuts,).
        slot: The stored amounts of the whole slot, in the order of `Amounts.stacked`: shape
            (quantities, cuts).
    """

    at_ms: Integers
    slot: Integers

    def __len__(self) -> int:
        return len(self.at_ms)

    def part(self, which: Integers | Booleans | slice) -> Self:
        """Return some of the cuts."""
        return type(self)(self.at_ms[which], self.slot[:, which])


@dataclass(frozen=True, slots=True)
class Splits:
    """Slots of one device, split at instants that rise; each instant is there once.

    Attributes:
        cuts: Where they are split.
        up_to: The amounts of the slots from their start up to there, in the order of
            `Amounts.stacked`: shape (quantities, cuts).
    """

    cuts: Cuts
    up_to: Integers

    def __len__(self) -> int:
        return len(self.cuts)

    def part(self, which: Integers | Booleans | slice) -> Self:
        """Return some of the splits."""
        return type(self)(self.cuts.part(which), self.up_to[:, which])

    def find(self, wanted: Cuts) -> tuple[Integers, Booleans]:
        """Return the position of each wanted cut, and whether it is there, of this very slot."""
        if not len(self):
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
        position = np.searchsorted(self.cuts.at_ms, wanted.at_ms)
        position = np.minimum(position, len(self) - 1)
        is_there = self.cuts.at_ms[position] == wanted.at_ms
        return position, is_there & (self.cuts.slot[:, position] == wanted.slot).all(axis=0)

    def replaced_by(self, later: Self) -> Self:
        """Return these and later ones: of two slots at one instant the later one is kept."""
        cuts, before = later.cuts, self.cuts
        at_ms = np.concatenate([cuts.at_ms, before.at_ms])
        at_ms, kept = np.unique(at_ms, return_index=True)
        slot = np.concatenate([cuts.slot, before.slot], axis=1)[:, kept]
        up_to = np.concatenate([later.up_to, self.up_to], axis=1)[:, kept]
        return type(self)(type(cuts)(at_ms, slot), up_to)


_NO_AMOUNTS = np.zeros((QUANTITIES, 0), dtype=np.int64)
NO_SPLITS = Splits(Cuts(np.zeros(0, dtype=np.int64), _NO_AMOUNTS), _NO_AMOUNTS)

type SplitsByDevice = Mapping[str, Splits]


class SplitCache:
    """Splits by device, and which of them are not saved yet."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Splits] = OrderedDict()
        self._unsaved: OrderedDict[str, Splits] = OrderedDict()
        self._lock = Lock()

    def get(self, device: str) -> Splits:
        """Return what is cached of a device."""
        with self._lock:
            return self._known.get(device, NO_SPLITS)

    def put(self, splits: SplitsByDevice, *, is_saved: bool) -> None:
        """Cache these; devices that nothing was added to for the longest are dropped at a limit."""
        with self._lock:
            if not is_saved:
                _add(self._unsaved, splits)
            _add(self._known, splits)
            # What is not saved yet is newer than what is.
            _add(self._known, {each: self._unsaved[each] for each in splits.keys() & self._unsaved})

    @property
    def has_unsaved(self) -> bool:
        """Whether anything is to be saved."""
        return bool(self._unsaved)

    def unsaved(self) -> SplitsByDevice:
        """Return what is to be saved."""
        with self._lock:
            return dict(self._unsaved)

    def set_saved(self, saved: SplitsByDevice) -> None:
        """Remember that these are saved."""
        with self._lock:
            for device in saved.keys() & self._unsaved.keys():
                unsaved = self._unsaved.pop(device)
                _, is_saved = saved[device].find(unsaved.cuts)
                if not is_saved.all():
                    self._unsaved[device] = unsaved.part(~is_saved)


def _add(kept: OrderedDict[str, Splits], splits: SplitsByDevice) -> None:
    """Add splits, each device at the end."""
    for device, added in splits.items():
        if len(added):
            kept[device] = kept.pop(device, NO_SPLITS).replaced_by(added)
    count = sum(map(len, kept.values()))
    while count > MAX_CACHED:
        device, oldest = kept.popitem(last=False)
        count -= len(oldest)
        if not kept:
            kept[device] = oldest.part(slice(-MAX_CACHED, None))


type DaysOf = Callable[[str], DeviceDays]
type RulesOf = Mapping[str, DeviceRules]
type SamplesByDevice = dict[str, SamplesBySource]
# The positions of cuts by device, and the time whose samples show their slots.
type _Run = tuple[Mapping[str, Integers], Interval]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be split of one device.

    Attributes:
        cuts: Where, rising.
        source: Of each cut the position of its slot's source in the device's rules.
    """

    cuts: Cuts
    source: Integers


@dataclass(frozen=True, slots=True)
class Found:
    """The amounts of cuts, in their order.

    Attributes:
        up_to: Of each slot from its start up to the cut: shape (quantities, cuts).
        is_exact: Samples show all of the slot, so these amounts are final. Of the others samples
            are late, or lost and not counted yet: they hold for this answer.
    """

    up_to: Integers
    is_exact: Booleans

    @classmethod
    def nothing_of(cls, cuts: Cuts) -> Self:
        """Return arrays that are to be filled."""
        return cls(np.zeros_like(cuts.slot), np.zeros(len(cuts), dtype=np.bool_))


def split_slots(
    source: SampleSource, rules: RulesOf, days_of: DaysOf, wanted: Mapping[str, Wanted]
) -> Mapping[str, Found]:
    """Return the amounts of each cut's slot from its start up to the cut, by device.

    Args:
        source: Where to fetch raw samples.
        rules: Of each device.
        days_of: Returns a device with the days it has samples on; only called where samples
            are rare.
        wanted: What to split, by device.

    Raises:
        VictoriaMetricsDownError: The raw samples are not available.
    """
    found = {device: Found.nothing_of(each.cuts) for device, each in wanted.items()}
    cuts = {device: each.cuts for device, each in wanted.items()}
    for here, samples in _fetch_ahead(source, _runs(cuts)):
        for device, positions in here.items():
            question = _Question(source, rules[device], days_of, samples.pop(device))
            _split(question, wanted[device], positions, found[device])
    return found


def _fetch_ahead(
    source: SampleSource, runs: Iterable[_Run]
) -> Iterator[tuple[Mapping[str, Integers], SamplesByDevice]]:
    """Yield runs with their samples, which are fetched while those of the run before are judged."""
    begun: deque[tuple[Mapping[str, Integers], Future[SamplesByDevice]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="split-samples") as thread:
        for here, near in runs:
            begun.append((here, _begin(thread, source, list(here), near)))
            if len(begun) > 1:
                before, samples = begun.popleft()
                yield before, samples.result()
        for before, samples in begun:
            yield before, samples.result()


def _begin(
    thread: ThreadPoolExecutor, source: SampleSource, devices: Sequence[str], near: Interval
) -> Future[SamplesByDevice]:
    """Begin to fetch, as a part of the request: it bounds how long all of it may wait."""
    request = copy_context()
    return thread.submit(lambda: request.run(source.fetch, devices, near))


def even(cuts: Cuts) -> Integers:
    """Split slots evenly, without leaving 64 bits: what could split them exactly is lost."""
    within_ms = cuts.at_ms % SLOT_MS
    each, rest = np.divmod(cuts.slot, SLOT_MS)
    return each * within_ms + rest * within_ms // SLOT_MS


def _runs(cuts: Mapping[str, Cuts]) -> Iterator[_Run]:
    """Yield what is fetched together."""
    stretches = _stretches(_instants(cuts, list(cuts)))
    longest_ms = max(int(each[-1] - each[0]) for each in stretches)
    # Long runs of few devices: what is near a run is fetched once more for the next one.
    at_once = max(1, MAX_AT_ONCE_MS // (longest_ms + FAR_MS + SLOT_MS))
    for devices in batched(sorted(cuts), at_once, strict=False):
        for stretch in _stretches(_instants(cuts, devices)):
            for run in _parts(stretch):
                here = {device: _positions(cuts[device], run) for device in devices}
                yield {device: each for device, each in here.items() if len(each)}, _near(run)


def _positions(cuts: Cuts, run: Interval) -> Integers:
    first, end = np.searchsorted(cuts.at_ms, [run.start_ms, run.end_ms])
    return np.arange(first, end)


def _instants(cuts: Mapping[str, Cuts], devices: Sequence[str]) -> Integers:
    return np.unique(np.concatenate([cuts[device].at_ms for device in devices]))


def _stretches(at_ms: Integers) -> Sequence[Integers]:
    """Cut where no samples are shared."""
    return np.split(at_ms, np.flatnonzero(np.diff(at_ms) > FAR_MS) + 1)


def _parts(at_ms: Integers) -> Iterator[Interval]:
    """Yield runs of instants that are not too long, also for one device."""
    while len(at_ms):
        end = int(np.searchsorted(at_ms, at_ms[0] + MAX_AT_ONCE_MS, side="right"))
        yield Interval(int(at_ms[0]), int(at_ms[end - 1]) + 1)
        at_ms = at_ms[end:]


def _near(run: Interval) -> Interval:
    """Return the time whose samples show the slots of a run."""
    first_ms, last_ms = slot_start(run.start_ms), slot_start(run.end_ms - 1)
    return Interval(first_ms - NEAR_MS, last_ms + SLOT_MS + HOUR_MS)


def _near_slot(samples: Samples, start_ms: int) -> Samples:
    """Return the samples that show one slot, whatever else was fetched."""
    near = _near(Interval(start_ms, start_ms + 1))
    return samples.part(slice(*np.searchsorted(samples.at_ms, [near.start_ms, near.end_ms])))


@dataclass(frozen=True, slots=True)
class _Question:
    """What the slots of one device are judged by: its samples in a run, and where others are."""

    source: SampleSource
    rules: DeviceRules
    days_of: DaysOf
    samples: SamplesBySource

    def of(self, position: int) -> Samples:
        """Return the samples of one source in the run."""
        return self.samples.get(self.rules.sources[position], NO_SAMPLES)

    def spans(self, position: int, samples: Samples) -> Spans:
        """Return the clean energy of one source."""
        name = self.rules.sources[position]
        judged = judge_with_witnesses(self.source, self.rules, {name: samples})
        return judged.sources[position].spans

    def samples_near(self, position: int, slot_ms: int) -> Samples:
        """Fetch the samples of one source around a slot, however rare they are."""
        slot = Interval(slot_ms, slot_ms + SLOT_MS)
        device = self.days_of(self.rules.device)
        [(_, by_source)] = fetch_with_neighbours(self.source, [device], slot)
        return by_source.get(self.rules.sources[position], NO_SAMPLES)


def _split(question: _Question, wanted: Wanted, here: Integers, found: Found) -> None:
    """Split the slots at some positions: of each source all at once where it can be."""
    for position in np.unique(wanted.source[here]).tolist():
        of_source = _OfSource(question, position, wanted, found)
        where = here[wanted.source[here] == position]
        is_rare = of_source.split(where, question.of(position))
        rare = np.append(where[is_rare], of_source.split_others(where[~is_rare]))
        of_source.split_rare(rare)


@dataclass(frozen=True, slots=True)
class _OfSource:
    """The slots of one device that count with one source.

    Attributes:
        position: Of the source in the device's rules.
        found: What is filled.
    """

    question: _Question
    position: int
    wanted: Wanted
    found: Found

    def split(self, where: Integers, samples: Samples) -> Booleans:
        """Split slots by these samples; return of which they are too rare for it."""
        limits = self.question.rules.limits[self.position]
        is_enough = _have_neighbours(samples, self.wanted.cuts.at_ms[where], limits)
        if is_enough.any():
            self._enter(where[is_enough], samples)
        return ~is_enough

    def split_others(self, where: Integers) -> Integers:
        """Split those whose amounts are not the stored ones slot by slot; return the rare ones.

        What is learned of a source depends on the samples that are judged. Neither the sum of two
        ranges nor the order of two cuts holds if these depend on where else a request cuts.
        """
        rare, samples = [where[:0]], self.question.of(self.position)
        others = where[~self.found.is_exact[where]]
        slots_ms = self.wanted.cuts.at_ms[others] // SLOT_MS * SLOT_MS
        for slot_ms in np.unique(slots_ms).tolist():
            of_slot, near = others[slots_ms == slot_ms], _near_slot(samples, slot_ms)
            if len(near) < len(samples):
                rare.append(of_slot[self.split(of_slot, near)])
        return np.concatenate(rare)

    def split_rare(self, where: Integers) -> None:
        """Split each slot by the samples around it, however rare they are."""
        slots_ms = self.wanted.cuts.at_ms[where] // SLOT_MS * SLOT_MS
        for slot_ms in np.unique(slots_ms).tolist():
            near = self.question.samples_near(self.position, slot_ms)
            self._enter(where[slots_ms == slot_ms], near)

    def _enter(self, where: Integers, samples: Samples) -> None:
        spans = self.question.spans(self.position, samples)
        _enter(self.found, where, spans, self.wanted.cuts.part(where))


def _have_neighbours(samples: Samples, at_ms: Integers, limits: Limits) -> Booleans:
    starts_ms = at_ms // SLOT_MS * SLOT_MS
    recent = np.searchsorted(samples.at_ms, starts_ms - limits.gap_limit_ms)
    after = np.searchsorted(samples.at_ms, starts_ms + SLOT_MS)
    return (recent >= NEIGHBOURS) & (len(samples) - after >= NEIGHBOURS)


def _enter(found: Found, where: Integers, spans: Spans, cuts: Cuts) -> None:
    """Split slots of one source by its energy."""
    start, here, end = _sums_at(spans, cuts.at_ms)
    is_exact = (end - start == cuts.slot).all(axis=0)
    # Lost, or energy of a change that is further away than the samples: a step of a slow counter.
    is_unseen = end == start
    # Where a sample came late and was not counted yet, the sum of the slot still holds.
    up_to = np.minimum(here - start, cuts.slot)
    found.up_to[:, where] = np.where(is_unseen, even(cuts), up_to)
    found.is_exact[where] = is_exact


def _sums_at(spans: Spans, at_ms: Integers) -> Sequence[Integers]:
    """Return the sums up to the start of each instant's slot, up to it, and up to the end."""
    start_ms = at_ms // SLOT_MS * SLOT_MS
    instants_ms = np.stack([start_ms, at_ms, start_ms + SLOT_MS])
    edges_ms, place = np.unique(instants_ms, return_inverse=True)
    sums = np.zeros((QUANTITIES, len(edges_ms)), dtype=np.int64)
    np.cumsum(between(spans, edges_ms).stacked(), axis=1, out=sums[:, 1:])
    start, here, end = (sums[:, each] for each in place.reshape(instants_ms.shape))
    return start, here, end
