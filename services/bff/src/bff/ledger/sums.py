"""Sums of closed slots up to any instants, reading as little as needed."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from bff.energy import QUANTITIES, Integers
from bff.ledger.store import DeviceDay, StoredSlots, select_slots, select_sums
from bff.time_grid import DAY_MS, SLOT_MS

# Three months by hour of 200 devices are 14 MB.
MAX_REMEMBERED_BYTES = 16 * 2**20


class SumsMemory:
    """Closed sums by devices and edges, for as long as the database does not change.

    Args:
        version: Returns a value that is another one after each commit to the database; the default
            never returns the same, so that nothing is remembered.
        max_bytes: Those that were used the longest ago are dropped beyond it.
    """

    def __init__(
        self, version: Callable[[], object] = object, max_bytes: int = MAX_REMEMBERED_BYTES
    ) -> None:
        self._version = version
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._of_version: object = None
        self._known: OrderedDict[tuple[tuple[str, ...], bytes], Integers] = OrderedDict()
        self._bytes = 0

    def get(
        self,
        devices: Sequence[str],
        edges_ms: Integers,
        select: Callable[[], tuple[Integers, bool]],
    ) -> Integers:
        """Return sums, not to be written to; `select` also returns whether they are final."""
        key = (tuple(devices), edges_ms.tobytes())
        version = self._version()  # before anything is read: what is remembered is never older
        with self._lock:
            self._forget_other(version)
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        sums, is_final = select()
        sums.flags.writeable = False
        with self._lock:
            if is_final and version == self._of_version:
                self._remember(key, sums)
        return sums

    def _forget_other(self, version: object) -> None:
        if version != self._of_version:
            self._known.clear()
            self._bytes, self._of_version = 0, version

    def _remember(self, key: tuple[tuple[str, ...], bytes], sums: Integers) -> None:
        if key in self._known or sums.nbytes > self._max_bytes:
            return
        self._known[key] = sums
        self._bytes += sums.nbytes
        while self._bytes > self._max_bytes:
            _, oldest = self._known.popitem(last=False)
            self._bytes -= oldest.nbytes


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
    """

    at_ms: Integers
    days_ms: Integers
    day: Integers
    slot: Integers

    def partial_days(self) -> list[int]:
        """Return the days with an edge inside of them."""
        return np.unique(self.days_ms[self.day[self.at_ms % DAY_MS > 0]]).tolist()


def _by_day(edges_ms: Integers) -> EdgesByDay:
    days_ms, day = np.unique(edges_ms // DAY_MS * DAY_MS, return_inverse=True)
    return EdgesByDay(edges_ms, days_ms, day, edges_ms % DAY_MS // SLOT_MS)


def select_closed_sums(session: Session, devices: Sequence[str], edges_ms: Integers) -> ClosedSums:
    """Select the sums: whole days from the index; only days with an edge inside are unpacked."""
    edges = _by_day(edges_ms)
    shape = (QUANTITIES, len(devices))
    inside = np.flatnonzero(edges_ms % SLOT_MS)
    found = ClosedSums(
        np.zeros((*shape, len(edges_ms)), dtype=np.int64),
        inside,
        np.zeros((*shape, len(inside)), dtype=np.int64),
        np.zeros((len(devices), len(inside)), dtype=np.int64),
        np.zeros((len(devices), len(inside)), dtype=np.bool_),
    )
    whole_days = np.zeros((*shape, len(edges.days_ms)), dtype=np.int64)
    partial_days = edges.partial_days()
    for read in select_slots(session, devices, partial_days) if partial_days else ():
        _enter(found, whole_days, edges, _rows(read.keys, devices, edges.days_ms), read)
    for position, (start_ms, end_ms) in enumerate(pairwise(edges.days_ms.tolist())):
        if start_ms not in partial_days or end_ms - start_ms > DAY_MS:
            whole_days[:, :, position] = select_sums(session, devices, start_ms, end_ms)
    before = np.cumsum(whole_days, axis=2) - whole_days
    return replace(found, up_to=before[:, :, edges.day] + found.up_to)


def _rows(keys: Sequence[DeviceDay], devices: Sequence[str], days_ms: Integers) -> Integers:
    """Return the row of each device's day: shape (devices, days), -1 where there is none."""
    place = {device: position for position, device in enumerate(devices)}
    rows = np.full((len(devices), len(days_ms)), -1, dtype=np.int64)
    days = np.searchsorted(days_ms, [day_ms for _, day_ms in keys])
    rows[[place[device] for device, _ in keys], days] = np.arange(len(keys))
    return rows


def _enter(
    found: ClosedSums, whole_days: Integers, edges: EdgesByDay, rows: Integers, read: StoredSlots
) -> None:
    """Enter a batch of unpacked days into the arrays."""
    days = read.days
    here = np.flatnonzero((rows >= 0).any(axis=1))
    rows = rows[here]
    row, there = rows[:, edges.day], rows[:, edges.day] >= 0
    up_to = days.up_to[:, row, edges.slot] * there
    whole_days[:, here] = days.up_to[:, rows, -1] * (rows >= 0)
    row, there = row[:, found.inside], there[:, found.inside]
    slot = edges.slot[found.inside]
    amounts = (days.up_to[:, row, slot + 1] - days.up_to[:, row, slot]) * there
    found.up_to[:, here] = up_to
    found.slot[:, here] = amounts
    found.source[here] = days.source[row, slot] * there
    found.is_archived[here] = read.is_archived[row] & there
