"""A day's slots as bytes and back."""

import zlib
from collections.abc import Sequence

import numpy as np

from bff.grid import SLOTS_PER_DAY
from bff.ledger.slots import Slots
from bff.ledger.spread import Amounts

FASTEST = 1

DAY = np.dtype(
    [
        ("measured_uwh", "<i8", SLOTS_PER_DAY),
        ("estimated_uwh", "<i8", SLOTS_PER_DAY),
        ("measured_ms", "<i4", SLOTS_PER_DAY),
        ("estimated_ms", "<i4", SLOTS_PER_DAY),
        ("source", "u1", SLOTS_PER_DAY),
    ]
)


def pack_day(slots: Slots) -> bytes:
    """The slots of one whole day."""
    day = np.zeros((), dtype=DAY)
    amounts = slots.amounts
    day["measured_uwh"], day["estimated_uwh"] = amounts.measured_uwh, amounts.estimated_uwh
    day["measured_ms"], day["estimated_ms"] = amounts.measured_ms, amounts.estimated_ms
    day["source"] = slots.source
    return zlib.compress(day.tobytes(), FASTEST)


def unpack_days(packed: Sequence[bytes]) -> Slots:
    """The slots of several days: arrays of shape (days, slots of a day)."""
    days = np.frombuffer(b"".join(map(zlib.decompress, packed)), dtype=DAY)
    amounts = Amounts(
        days["measured_uwh"].astype(np.int64),
        days["estimated_uwh"].astype(np.int64),
        days["measured_ms"].astype(np.int64),
        days["estimated_ms"].astype(np.int64),
    )
    return Slots(amounts, days["source"].astype(np.int64))
