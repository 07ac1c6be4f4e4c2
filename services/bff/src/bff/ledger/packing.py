"""A day's slots as bytes and back.

Most days were measured from midnight to midnight by one source: of these only the energy is
kept, in 385 bytes. All others are kept in full. Both are read by the hundred, without a loop
over slots; general compression is smaller for full days but takes many times as long to read
(docs/decisions/0006).
"""

from collections.abc import Sequence

import numpy as np

from bff.grid import SLOT_MS, SLOTS_PER_DAY
from bff.ledger.slots import Slots
from bff.ledger.spread import Amounts

WHOLE = np.dtype([("measured_uwh", "<u4", SLOTS_PER_DAY), ("source", "u1")])
FULL = np.dtype(
    [
        ("measured_uwh", "<i8", SLOTS_PER_DAY),
        ("estimated_uwh", "<i8", SLOTS_PER_DAY),
        ("measured_ms", "<i4", SLOTS_PER_DAY),
        ("estimated_ms", "<i4", SLOTS_PER_DAY),
        ("source", "u1", SLOTS_PER_DAY),
    ]
)
MOST_WHOLE_UWH = 2**32 - 1


def pack_day(slots: Slots) -> bytes:
    """The slots of one day."""
    amounts = slots.amounts
    if _is_whole(slots):
        whole = np.zeros((), dtype=WHOLE)
        whole["measured_uwh"], whole["source"] = amounts.measured_uwh, slots.source[0]
        return whole.tobytes()
    day = np.zeros((), dtype=FULL)
    day["measured_uwh"], day["estimated_uwh"] = amounts.measured_uwh, amounts.estimated_uwh
    day["measured_ms"], day["estimated_ms"] = amounts.measured_ms, amounts.estimated_ms
    day["source"] = slots.source
    return day.tobytes()


def _is_whole(slots: Slots) -> bool:
    return bool(
        (slots.amounts.measured_ms == SLOT_MS).all()
        and (slots.source == slots.source[0]).all()
        and slots.amounts.measured_uwh.max() <= MOST_WHOLE_UWH
    )


def unpack_days(packed: Sequence[bytes]) -> Slots:
    """The slots of several days: arrays of shape (days, slots of a day)."""
    shape = (len(packed), SLOTS_PER_DAY)
    measured_uwh, estimated_uwh, measured_ms, estimated_ms, source = (
        np.zeros(shape, dtype=np.int64) for _ in range(5)
    )
    lengths = np.array([len(each) for each in packed])
    is_whole = lengths == WHOLE.itemsize
    whole, full = _read(packed, is_whole, WHOLE), _read(packed, ~is_whole, FULL)
    measured_uwh[is_whole], measured_uwh[~is_whole] = whole["measured_uwh"], full["measured_uwh"]
    measured_ms[is_whole], measured_ms[~is_whole] = SLOT_MS, full["measured_ms"]
    source[is_whole], source[~is_whole] = whole["source"][:, np.newaxis], full["source"]
    estimated_uwh[~is_whole] = full["estimated_uwh"]
    estimated_ms[~is_whole] = full["estimated_ms"]
    return Slots(Amounts(measured_uwh, estimated_uwh, measured_ms, estimated_ms), source)


def _read(packed: Sequence[bytes], which: np.ndarray, dtype: np.dtype) -> np.ndarray:
    rows = np.flatnonzero(which).tolist()
    return np.frombuffer(b"".join(packed[row] for row in rows), dtype=dtype)
