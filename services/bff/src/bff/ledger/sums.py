"""Sums of closed slots up to any instants, reading as little as needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from bff.energy import QUANTITIES, Integers
from bff.ledger.store import PackedDays, select_packed, select_sums
from bff.time_grid import DAY_MS, SLOT_MS


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
    for read in select_packed(session, devices, partial_days) if partial_days else ():
        rows = np.full((len(read.row), len(edges.days_ms)), -1, dtype=np.int64)
        rows[:, np.searchsorted(edges.days_ms, partial_days)] = read.row
        _enter(found, whole_days, edges, rows, read)
    for position, (start_ms, end_ms) in enumerate(pairwise(edges.days_ms.tolist())):
        if start_ms not in partial_days or end_ms - start_ms > DAY_MS:
            whole_days[:, :, position] = select_sums(session, devices, start_ms, end_ms)
    before = np.cumsum(whole_days, axis=2) - whole_days
    np.add(found.up_to, before[:, :, edges.day], out=found.up_to)
    return found


def _enter(
    found: ClosedSums, whole_days: Integers, edges: EdgesByDay, rows: Integers, read: PackedDays
) -> None:
    """Enter a batch of days into the arrays.

    Args:
        found: Where their sums go.
        whole_days: Where the sums of each whole day go.
        edges: The edges.
        rows: `read.row`, for all days with an edge.
        read: The days.
    """
    days, here = read.unpacked(), read.devices
    row, there = rows[:, edges.day], rows[:, edges.day] >= 0
    found.up_to[:, here] = days.up_to[:, row, edges.slot] * there
    whole_days[:, here] = days.up_to[:, rows, -1] * (rows >= 0)
    row, there = row[:, found.inside], there[:, found.inside]
    slot = edges.slot[found.inside]
    found.slot[:, here] = (days.up_to[:, row, slot + 1] - days.up_to[:, row, slot]) * there
    found.source[here] = days.source[row, slot] * there
    found.is_archived[here] = read.is_archived[row] & there
