"""The interface of the ledger: energy between instants, and the samples behind it.

Closed slots are summed up to any instants, reading as little as needed; open ones are added.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched, pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from bff.db.engine import NO_ENTRY, BoundedCache, Read, read_session
from bff.db.tables import LedgerDay, LedgerSplit
from bff.energy import QUANTITIES, Energy, Integers
from bff.ledger.fetch import SamplesBySource, fetch_with_neighbours
from bff.ledger.ledger import Ledger, LedgerStaleError, LedgerStatus, Rules
from bff.ledger.partial_slots import (
    Booleans,
    Cuts,
    Found,
    Splits,
    Wanted,
    even,
    split_slots,
)
from bff.ledger.sample_counts import DeviceDays
from bff.ledger.saved_splits import select_splits
from bff.ledger.store import (
    PackedDays,
    select_day_sums,
    select_day_versions,
    select_packed,
    select_sample_counts,
    select_slots_at,
    select_sums,
    select_uneven_days,
)
from bff.time_grid import DAY_MS, SLOT_MS, Interval, day_start
from bff.victoriametrics.errors import VictoriaMetricsDownError, down_error
from bff.victoriametrics.patience import REQUEST, count_in_vain, limit_seconds

WAIT_SECONDS = 2.0
# After this time without a refresh the present is unknown.
STALE_MS = 60_000
DEVICES_AT_ONCE = 10
# Bounds the memory of a query with many edges.
MAX_SPLITS_AT_ONCE = 500_000
# The tables that closed sums are read from.
STORED = frozenset({LedgerDay.__tablename__, LedgerSplit.__tablename__})

type _SelectCells = Callable[[Session, Sequence[str], Integers], Integers]


@dataclass(frozen=True, slots=True)
class ClosedSums:
    """Sums of closed slots at each edge; the axes are quantity, device, edge.

    Attributes:
        up_to: Sums since the day of the first edge began, up to the slot the edge lies in.
        inside: The positions of the edges inside a slot; the others are of these alone.
        slot: The amounts of the slot around the edge.
        source: Its source, by position in configuration order; axes device, edge.
        is_archived: Whether its day is archived; axes device, edge.
    """

    up_to: Integers
    inside: Integers
    slot: Integers
    source: Integers
    is_archived: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EdgesByDay:
    """The edges of a query, by the days they lie in.

    Attributes:
        at_ms: Unix milliseconds, sorted.
        days_ms: The days that have an edge, each once.
        day: For each edge the position of its day.
        slot: For each edge its slot within the day.
        is_inside: Whether the edge is inside its slot.
    """

    at_ms: Integers
    days_ms: Integers
    day: Integers
    slot: Integers
    is_inside: NDArray[np.bool_]

    @classmethod
    def of(cls, edges_ms: Integers) -> Self:
        """Group edges, which rise."""
        days_ms, day = np.unique(edges_ms // DAY_MS * DAY_MS, return_inverse=True)
        slot, is_inside = edges_ms % DAY_MS // SLOT_MS, edges_ms % SLOT_MS > 0
        return cls(edges_ms, days_ms, day, slot, is_inside)

    def are_cut(self) -> NDArray[np.bool_]:
        """Return which days have an edge inside of them."""
        return np.bincount(self.day, self.at_ms % DAY_MS) > 0

    def part(self, are_wanted: NDArray[np.bool_]) -> Self:
        """Return the edges of some of the days."""
        return self.of(self.at_ms[are_wanted[self.day]])

    def split(self, by_edge: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """Split an array, the last axis of which is the edge, by day."""
        return np.split(by_edge, np.flatnonzero(np.diff(self.day)) + 1, axis=-1)

    def split_inside(self, by_edge: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """Split an array of the edges inside slots alone."""
        day = self.day[self.is_inside]
        return np.split(by_edge, np.searchsorted(day, np.arange(1, len(self.days_ms))), axis=-1)


class DaySums(NamedTuple):
    """What edges need of the days they lie in; the axes as of `ClosedSums`.

    Attributes:
        up_to: Sums since the day of the edge began, up to the slot the edge lies in.
        whole: Sums of each day: axes quantity, device, day.
        slot: Of the edges inside a slot alone.
        source: Likewise.
        is_archived: Likewise.
    """

    up_to: Integers
    whole: Integers
    slot: Integers
    source: Integers
    is_archived: NDArray[np.bool_]

    @property
    def nbytes(self) -> int:
        """The memory of all arrays."""
        return sum(each.nbytes for each in self)

    @classmethod
    def nothing(cls, devices: int, edges: EdgesByDay) -> Self:
        """Return that nothing is stored of the days."""
        inside = np.count_nonzero(edges.is_inside)
        return cls(
            np.zeros((QUANTITIES, devices, len(edges.at_ms)), dtype=np.int64),
            np.zeros((QUANTITIES, devices, len(edges.days_ms)), dtype=np.int64),
            np.zeros((QUANTITIES, devices, inside), dtype=np.int64),
            np.zeros((devices, inside), dtype=np.int64),
            np.zeros((devices, inside), dtype=np.bool_),
        )

    def by_day(self, edges: EdgesByDay) -> Iterator[Self]:
        """Yield those of each day, as arrays of their own."""
        days = np.split(self.whole, len(edges.days_ms), axis=-1)
        inside = [edges.split_inside(each) for each in (self.slot, self.source, self.is_archived)]
        for arrays in zip(edges.split(self.up_to), days, *inside, strict=True):
            yield type(self)(*(each.copy() for each in arrays))


def select_closed_sums(
    session: Session,
    devices: Sequence[str],
    edges_ms: Integers,
    kept: BoundedCache | None = None,
) -> ClosedSums:
    """Select the sums: whole days from the index; only days with an edge inside are unpacked.

    Args:
        session: The session.
        devices: The devices.
        edges_ms: The edges, which rise.
        kept: What was selected of single days before.
    """
    edges = EdgesByDay.of(edges_ms)
    are_cut = edges.are_cut()
    of_days = _select_days(session, devices, edges.part(are_cut), kept)
    whole = np.zeros((QUANTITIES, len(devices), len(edges.days_ms)), dtype=np.int64)
    whole[:, :, are_cut] = of_days.whole
    for position, (start_ms, end_ms) in enumerate(pairwise(edges.days_ms.tolist())):
        if not are_cut[position] or end_ms - start_ms > DAY_MS:
            whole[:, :, position] = select_sums(session, devices, start_ms, end_ms)
    up_to = (np.cumsum(whole, axis=2) - whole)[:, :, edges.day]
    up_to[:, :, are_cut[edges.day]] += of_days.up_to
    return ClosedSums(up_to, np.flatnonzero(edges.is_inside), *of_days[2:])


def _select_days(
    session: Session, devices: Sequence[str], edges: EdgesByDay, kept: BoundedCache | None
) -> DaySums:
    """Select what edges need of days; what is kept of a day holds while its version does."""
    bytes_of_edges = QUANTITIES * len(devices) * len(edges.at_ms) * np.int64().nbytes
    if kept is None or not len(edges.days_ms) or bytes_of_edges > kept.max_bytes // 2:
        return _read_days(session, devices, edges)
    keys = _day_keys(session, tuple(devices), edges)
    of_days = [kept.get(key) for key in keys]
    are_missing = np.array([each is NO_ENTRY for each in of_days], dtype=np.bool_)
    if are_missing.any():
        missing = edges.part(are_missing)
        read = _read_days(session, devices, missing)
        for position, of_day in zip(np.flatnonzero(are_missing), read.by_day(missing), strict=True):
            of_days[position] = of_day
            kept.put(keys[position], of_day)
    return DaySums(*(np.concatenate(arrays, axis=-1) for arrays in zip(*of_days, strict=True)))


def _day_keys(session: Session, devices: tuple[str, ...], edges: EdgesByDay) -> list[Hashable]:
    """Return what the sums of each day depend on."""
    days_ms = edges.days_ms.tolist()
    versions = select_day_versions(session, days_ms)
    places = edges.split(edges.slot * 2 + edges.is_inside)
    return [
        (devices, day_ms, versions.get(day_ms), of_day.tobytes())
        for day_ms, of_day in zip(days_ms, places, strict=True)
    ]


def _read_days(session: Session, devices: Sequence[str], edges: EdgesByDay) -> DaySums:
    found = DaySums.nothing(len(devices), edges)
    days_ms = edges.days_ms.tolist()
    for read in select_packed(session, devices, days_ms) if days_ms else ():
        _enter(found, edges, read)
    return found


def _enter(found: DaySums, edges: EdgesByDay, read: PackedDays) -> None:
    """Enter a batch of devices into the arrays."""
    days, here = read.unpacked(), read.devices
    row, there = read.row[:, edges.day], read.row[:, edges.day] >= 0
    found.up_to[:, here] = days.up_to[:, row, edges.slot] * there
    found.whole[:, here] = days.up_to[:, read.row, -1] * (read.row >= 0)
    inside = edges.is_inside
    row, there, slot = row[:, inside], there[:, inside], edges.slot[inside]
    found.slot[:, here] = (days.up_to[:, row, slot + 1] - days.up_to[:, row, slot]) * there
    found.source[here] = days.source[row, slot] * there
    found.is_archived[here] = read.is_archived[row] & there


@dataclass(frozen=True, slots=True)
class LedgerEnergy:
    """The energy of a ledger between instants and in cells, and where there is none."""

    ledger: Ledger

    def __call__(self, devices: Sequence[str], edges: Sequence[int]) -> Energy:
        """Return `energy_between` of the ledger."""
        return energy_between(self.ledger, devices, edges)

    def open_from_ms(self) -> int:
        """Return the day of the first slot that is not closed, or that may be built anew."""
        return day_start((self.ledger.status.current.watermark_ms or 0) - DAY_MS)

    def uneven_days(
        self, devices: Sequence[str], interval: Interval
    ) -> Mapping[str, Mapping[int, int]]:
        """Return the stored days that a device was not measured for as a whole."""
        end_ms = min(self.open_from_ms(), interval.end_ms)
        days = Interval(day_start(interval.start_ms), -(-end_ms // DAY_MS) * DAY_MS)
        if not devices or days.start_ms >= days.end_ms:
            return {}
        key = (tuple(devices), days)
        return self._read(key, lambda session: select_uneven_days(session, devices, days))

    def at(self, devices: Sequence[str], starts_ms: Integers, ends_ms: Integers) -> Energy:
        """Return the energy in cells: whole days and slots are read as they are stored."""
        lasts_ms, is_stored = ends_ms - starts_ms, ends_ms <= self.open_from_ms()
        is_day = is_stored & (lasts_ms == DAY_MS) & (starts_ms % DAY_MS == 0)
        is_slot = is_stored & (lasts_ms == SLOT_MS) & (starts_ms % SLOT_MS == 0)
        found = np.zeros((QUANTITIES + 1, len(devices), len(starts_ms)), dtype=np.int64)
        for wanted, select in ((is_day, select_day_sums), (is_slot, select_slots_at)):
            if wanted.any():
                found[:QUANTITIES, :, wanted] = self._cells(select, devices, starts_ms[wanted])
        found[QUANTITIES] = lasts_ms - found[2] - found[3]
        others = ~is_day & ~is_slot
        day_ms = starts_ms // DAY_MS
        for day in np.unique(day_ms[others]).tolist():
            of_day = others & (day_ms == day)
            edges = np.unique(np.concatenate([starts_ms[of_day], ends_ms[of_day]]))
            energy = energy_between(self.ledger, devices, edges.tolist()).stacked()
            found[:, :, of_day] = energy[:, :, np.searchsorted(edges, starts_ms[of_day])]
        return Energy(*found)

    def _cells(self, select: _SelectCells, devices: Sequence[str], starts_ms: Integers) -> Integers:
        key = (select, tuple(devices), starts_ms.tobytes())
        return self._read(key, lambda session: select(session, devices, starts_ms))

    def _read[T](self, key: Hashable, select: Callable[[Session], T]) -> T:
        return self.ledger.cache.select(self.ledger.engine, key, select)


def energy_between(ledger: Ledger, devices: Sequence[str], edges: Sequence[int]) -> Energy:
    """Return energy and coverage of each device between neighbouring edges.

    Time after the last refresh, seconds ago, has neither energy nor coverage.

    Args:
        ledger: The ledger.
        devices: Ids of the configuration; the first axis of the result.
        edges: Sorted Unix milliseconds, any instants; the result has one column fewer.

    Raises:
        VictoriaMetricsDownError: The present, or raw samples, are needed and not available.
        LedgerStaleError: The slots of this range are still being built.
    """
    now_ms = ledger.now_ms()
    wanted_ms = np.minimum(np.array(edges, dtype=np.int64), now_ms)
    wanted = Interval(int(wanted_ms[0]), int(wanted_ms[-1]))
    status = _wait_for_status(ledger, devices, wanted)
    watermark_ms, open_slots = status.watermark_ms or 0, status.open_slots
    edges_ms = np.minimum(wanted_ms, open_slots.end_ms if open_slots else watermark_ms)
    closed_ms = np.minimum(edges_ms, watermark_ms)
    key = (tuple(devices), closed_ms.tobytes())
    sums = ledger.cache.get(key, partial(closed_sums, ledger, status, devices, closed_ms))
    if open_slots is not None:
        ledger.status.note_asked()
        sums = sums + open_slots.up_to(devices, np.maximum(edges_ms, watermark_ms))
    stacked = np.diff(sums, axis=2)
    missing_ms = np.diff(edges_ms)[np.newaxis, :] - stacked[2] - stacked[3]
    return Energy(*stacked, missing_ms)


def fetch_history(
    ledger: Ledger, devices: Sequence[str], interval: Interval
) -> Iterator[tuple[DeviceDays, SamplesBySource]]:
    """Fetch the samples of each device in the interval, with at least two before and after it.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
    """
    rules, source = ledger.rules(), ledger.sample_source(ledger.now_ms(), REQUEST)
    for first in range(0, len(devices), DEVICES_AT_ONCE):
        batch = [
            _device_days(ledger, rules, device)
            for device in devices[first : first + DEVICES_AT_ONCE]
        ]
        yield from fetch_with_neighbours(source, batch, interval)


def _device_days(ledger: Ledger, rules: Rules, device: str) -> DeviceDays:
    """Return a device with the days that its stored slots were made from."""
    of_device = rules[device]
    with read_session(ledger.engine) as session:
        counted = select_sample_counts(session, device)
    return DeviceDays(of_device, [counted.get(source, {}) for source in of_device.sources])


def _wait_for_status(ledger: Ledger, devices: Sequence[str], wanted: Interval) -> LedgerStatus:
    """Return the status once it covers what is wanted."""
    days = Interval(day_start(wanted.start_ms), wanted.end_ms)
    with count_in_vain(VictoriaMetricsDownError, LedgerStaleError):
        status = ledger.status.wait_for(devices, days, limit_seconds(WAIT_SECONDS))
        if status.lacks(devices, days) and not _closed_slots_suffice(status, devices, days):
            if status.victoriametrics_error is not None:
                raise down_error(status.victoriametrics_error)
            raise LedgerStaleError(status.rebuild)
    end_ms = status.open_slots.end_ms if status.open_slots else status.watermark_ms or 0
    if wanted.end_ms > end_ms + STALE_MS:
        reason = status.victoriametrics_error or "the ledger was not refreshed for a minute"
        raise down_error(reason)
    return status


def _closed_slots_suffice(status: LedgerStatus, devices: Sequence[str], days: Interval) -> bool:
    """Without VictoriaMetrics closed slots still hold, unless they are known to be stale."""
    return (
        status.victoriametrics_error is not None
        and status.watermark_ms is not None
        and days.end_ms <= status.watermark_ms
        and not status.is_stale(devices, days)
    )


def closed_sums(
    ledger: Ledger, status: LedgerStatus, devices: Sequence[str], edges_ms: Integers
) -> Read[Integers]:
    """Return sums of closed slots up to each edge, slots with an edge inside split exactly.

    They depend on what is stored alone, unless samples of such a slot are late.

    Raises:
        VictoriaMetricsDownError: Raw samples are needed and not available.
    """
    with read_session(ledger.engine) as session:
        stored = select_closed_sums(session, devices, edges_ms, ledger.days)
    are_exact = True
    if stored.slot.any():
        # After the session: no writer has to wait for raw samples.
        # Slots name their source by its position in the rules that they were built by, which are
        # not those of a configuration that has just changed.
        rules = status.rules or ledger.rules()
        step = max(1, MAX_SPLITS_AT_ONCE // len(stored.inside))
        for some in batched(enumerate(devices), step, strict=False):
            slots = {device: _cut_slots(stored, row, edges_ms) for row, device in some}
            amounts, are_some_exact = _split_amounts(ledger, rules, slots)
            are_exact &= are_some_exact
            for row, device in some:
                stored.up_to[:, row, slots[device].edges] += amounts[device]
    return Read(stored.up_to, STORED if are_exact else None)


@dataclass(frozen=True, slots=True)
class _CutSlots:
    """The covered slots of a device with an edge inside.

    Attributes:
        edges: The positions of these edges.
        cuts: Where the slots are to be split.
        source: The position of each slot's source.
        is_archived: Whether its day is archived.
    """

    edges: Integers
    cuts: Cuts
    source: Integers
    is_archived: Booleans


def _cut_slots(stored: ClosedSums, row: int, edges_ms: Integers) -> _CutSlots:
    """Return those of the device at a row of what is stored."""
    covered = np.flatnonzero(stored.slot[:, row].any(axis=0))
    edges = stored.inside[covered]
    cuts = Cuts(edges_ms[edges], stored.slot[:, row, covered])
    return _CutSlots(edges, cuts, stored.source[row, covered], stored.is_archived[row, covered])


def _split_amounts(
    ledger: Ledger, rules: Rules, slots: Mapping[str, _CutSlots]
) -> tuple[Mapping[str, Integers], bool]:
    """Return the amounts up to each cut, and whether they hold while the slots do.

    They are exact, but where samples are lost or late.
    """
    amounts, known = _known_amounts(ledger, {device: each.cuts for device, each in slots.items()})
    for device, each in slots.items():
        # The samples that could split these exactly are lost.
        lost = ~known[device] & each.is_archived
        amounts[device][:, lost] = even(each.cuts.part(lost))
        known[device] |= lost
    wanted = {
        device: Wanted(each.cuts.part(~known[device]), each.source[~known[device]])
        for device, each in slots.items()
        if not known[device].all()
    }
    found = _split_by_samples(ledger, rules, wanted) if wanted else {}
    for device, each in found.items():
        amounts[device][:, ~known[device]] = each.up_to
    return amounts, all(each.is_exact.all() for each in found.values())


def _split_by_samples(
    ledger: Ledger, rules: Rules, wanted: Mapping[str, Wanted]
) -> Mapping[str, Found]:
    """Split slots by their samples, and keep what is exact."""
    source = ledger.sample_source(ledger.now_ms(), REQUEST)
    found = split_slots(source, rules, partial(_device_days, ledger, rules), wanted)
    exact = {
        device: Splits(wanted[device].cuts, each.up_to).part(each.is_exact)
        for device, each in found.items()
    }
    ledger.splits.put(exact, is_saved=False)
    ledger.status.wake.set()  # the worker saves them
    return found


def _known_amounts(
    ledger: Ledger, cuts: Mapping[str, Cuts]
) -> tuple[dict[str, Integers], dict[str, Booleans]]:
    """Return the amounts of cuts by device, and which of them are known: cached, or saved."""
    amounts = {device: np.zeros_like(each.slot) for device, each in cuts.items()}
    known = {device: np.zeros(len(each), dtype=np.bool_) for device, each in cuts.items()}
    for device, each in cuts.items():
        _fill(amounts[device], known[device], each, ledger.splits.get(device))
    unknown = {device: each.part(~known[device]) for device, each in cuts.items()}
    unknown = {device: each for device, each in unknown.items() if len(each)}
    if unknown:
        with read_session(ledger.engine) as session:
            saved = select_splits(session, unknown)
        ledger.splits.put(saved, is_saved=True)
        for device, splits in saved.items():
            _fill(amounts[device], known[device], cuts[device], splits)
    return amounts, known


def _fill(amounts: Integers, known: Booleans, cuts: Cuts, splits: Splits) -> None:
    position, is_there = splits.find(cuts)
    amounts[:, is_there] = splits.up_to[:, position[is_there]]
    known |= is_there
