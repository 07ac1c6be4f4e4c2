"""Sums of closed slots up to any instants, reading as little as needed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sqlalchemy.orm import Session

from bff.grid import DAY_MS, SLOT_MS
from bff.ledger.counter import Int64s
from bff.ledger.store import QUANTITIES, read_slots, read_sums


@dataclass(frozen=True, slots=True)
class Stored:
    """What closed slots say at each edge; the axes are quantity, device, edge.

    Attributes:
        up_to: Sums since the day of the first edge began, up to the slot the edge lies in.
        slot: The amounts of that slot.
        source: Its source, by position in configuration order; axes device, edge.
    """

    up_to: Int64s
    slot: Int64s
    source: Int64s


def read_stored(session: Session, devices: Sequence[str], edges_ms: Int64s) -> Stored:
    """Sums of whole days come from the index; only days with an edge inside are unpacked."""
    days = np.unique(edges_ms // DAY_MS * DAY_MS)
    opened = set(np.unique((edges_ms // DAY_MS * DAY_MS)[edges_ms % DAY_MS > 0]).tolist())
    within, since_before = _read_opened(session, devices, edges_ms, opened, days)
    for position, (start_ms, end_ms) in enumerate(pairwise(days.tolist())):
        if start_ms not in opened or end_ms - start_ms > DAY_MS:
            since_before[:, :, position + 1] = read_sums(session, devices, start_ms, end_ms)
    at_day = np.cumsum(since_before, axis=2)
    of_edge = np.searchsorted(days, edges_ms, side="right") - 1
    return Stored(at_day[:, :, of_edge] + within.up_to, within.slot, within.source)


def _read_opened(
    session: Session,
    devices: Sequence[str],
    edges_ms: Int64s,
    opened: set[int],
    days: Int64s,
) -> tuple[Stored, Int64s]:
    """What the slots of opened days say, and their sums where the next edge day is the next day."""
    shape = (QUANTITIES, len(devices))
    within = Stored(
        np.zeros((*shape, len(edges_ms)), dtype=np.int64),
        np.zeros((*shape, len(edges_ms)), dtype=np.int64),
        np.zeros((len(devices), len(edges_ms)), dtype=np.int64),
    )
    sums = np.zeros((*shape, len(days)), dtype=np.int64)
    place = {device: position for position, device in enumerate(devices)}
    for keys, slots in read_slots(session, devices, sorted(opened)) if opened else ():
        stacked = slots.amounts.stacked()
        for day_ms, rows in _rows_by_day(keys).items():
            here = [place[keys[row][0]] for row in rows]
            first, last = np.searchsorted(edges_ms, [day_ms, day_ms + DAY_MS])
            at = (edges_ms[first:last] - day_ms) // SLOT_MS
            of_day = stacked[:, rows]
            before = np.cumsum(of_day, axis=2) - of_day
            within.up_to[:, here, first:last] = before[:, :, at]
            within.slot[:, here, first:last] = of_day[:, :, at]
            within.source[here, first:last] = slots.source[rows][:, at]
            following = np.searchsorted(days, day_ms) + 1
            if following < len(days) and days[following] == day_ms + DAY_MS:
                sums[:, here, following] = of_day.sum(axis=2)
    return within, sums


def _rows_by_day(keys: Sequence[tuple[str, int]]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for row, (_, day_ms) in enumerate(keys):
        rows[day_ms].append(row)
    return rows
