"""Sums of closed slots up to any instants, reading as little as needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from sqlalchemy.orm import Session

from bff.grid import DAY_MS, SLOT_MS
from bff.ledger.counter import Int64s
from bff.ledger.packing import Days
from bff.ledger.store import QUANTITIES, DeviceDay, read_opened, read_sums


@dataclass(frozen=True, slots=True)
class Stored:
    """What closed slots say at each edge; the axes are quantity, device, edge.

    Attributes:
        up_to: Sums since the day of the first edge began, up to the slot the edge lies in.
        divided: Which edges lie inside of a slot; the other two are of these edges alone.
        slot: The amounts of that slot.
        source: Its source, by position in configuration order; axes device, edge.
    """

    up_to: Int64s
    divided: Int64s
    slot: Int64s
    source: Int64s


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of a question, by the days they lie in.

    Attributes:
        at_ms: Unix milliseconds, sorted.
        days_ms: The days that have an edge, each once.
        day: For each edge the position of its day.
        slot: For each edge its slot within the day.
    """

    at_ms: Int64s
    days_ms: Int64s
    day: Int64s
    slot: Int64s

    def opened(self) -> list[int]:
        """The days with an edge inside of them."""
        return np.unique(self.days_ms[self.day[self.at_ms % DAY_MS > 0]]).tolist()


def _by_day(edges_ms: Int64s) -> Edges:
    days_ms, day = np.unique(edges_ms // DAY_MS * DAY_MS, return_inverse=True)
    return Edges(edges_ms, days_ms, day, edges_ms % DAY_MS // SLOT_MS)


def read_stored(session: Session, devices: Sequence[str], edges_ms: Int64s) -> Stored:
    """Sums of whole days come from the index; only days with an edge inside are unpacked."""
    edges = _by_day(edges_ms)
    shape = (QUANTITIES, len(devices))
    divided = np.flatnonzero(edges_ms % SLOT_MS)
    found = Stored(
        np.zeros((*shape, len(edges_ms)), dtype=np.int64),
        divided,
        np.zeros((*shape, len(divided)), dtype=np.int64),
        np.zeros((len(devices), len(divided)), dtype=np.int64),
    )
    whole_days = np.zeros((*shape, len(edges.days_ms)), dtype=np.int64)
    opened = edges.opened()
    for keys, read in read_opened(session, devices, opened) if opened else ():
        _enter(found, whole_days, edges, _rows(keys, devices, edges.days_ms), read)
    for position, (start_ms, end_ms) in enumerate(pairwise(edges.days_ms.tolist())):
        if start_ms not in opened or end_ms - start_ms > DAY_MS:
            whole_days[:, :, position] = read_sums(session, devices, start_ms, end_ms)
    before = np.cumsum(whole_days, axis=2) - whole_days
    return replace(found, up_to=before[:, :, edges.day] + found.up_to)


def _rows(keys: Sequence[DeviceDay], devices: Sequence[str], days_ms: Int64s) -> Int64s:
    """Which row holds a device's day: shape (devices, days), -1 where there is none."""
    place = {device: position for position, device in enumerate(devices)}
    rows = np.full((len(devices), len(days_ms)), -1, dtype=np.int64)
    days = np.searchsorted(days_ms, [day_ms for _, day_ms in keys])
    rows[[place[device] for device, _ in keys], days] = np.arange(len(keys))
    return rows


def _enter(found: Stored, whole_days: Int64s, edges: Edges, rows: Int64s, days: Days) -> None:
    """Put a batch of unpacked days where they belong."""
    here = np.flatnonzero((rows >= 0).any(axis=1))
    rows = rows[here]
    row, there = rows[:, edges.day], rows[:, edges.day] >= 0
    found.up_to[:, here] = days.up_to[:, row, edges.slot] * there
    whole_days[:, here] = days.up_to[:, rows, -1] * (rows >= 0)
    row, there = row[:, found.divided], there[:, found.divided]
    slot = edges.slot[found.divided]
    amounts = days.up_to[:, row, slot + 1] - days.up_to[:, row, slot]
    found.slot[:, here] = amounts * there
    found.source[here] = days.source[row, slot] * there
