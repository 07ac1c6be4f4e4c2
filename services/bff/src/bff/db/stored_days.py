"""How the days of the ledger are stored: slots as bytes and back, checksums, and runs of days.

Most days were measured from midnight to midnight by one source: of these only the energy is
kept, in 385 bytes. All others are kept in full. Both are unpacked by the hundred, without a loop
over slots; general compression is smaller for full days but takes many times as long to read
(docs/decisions/0006).

No flipped bit becomes energy or money: a whole row is covered by a CRC, which is compared where
its slots are read. Sums are added up by the database, in an index without the slots: the checksum
of these is a weighted sum, so that the sum of the checksums is that of the sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from bff.energy import QUANTITIES, Integers, Slots
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY
from energy_rules.sources import amounts_of

# Odd, so that no bit of a value is lost; the sum of ten years of them fits 64 bits.
WEIGHTS = (3, 5, 7, 11, 13)
WHOLE = np.dtype([("measured_uwh", "<u4", SLOTS_PER_DAY), ("source", "u1")])
FORMS = {
    "measured_uwh": "<i8",
    "estimated_uwh": "<i8",
    "measured_ms": "<i4",
    "estimated_ms": "<i4",
}
FULL = np.dtype([(name, form, SLOTS_PER_DAY) for name, form in (FORMS | {"source": "u1"}).items()])
MAX_WHOLE_UWH = 2**32 - 1


def pack_day(slots: Slots) -> bytes:
    """Pack the slots of one day."""
    return pack_days(slots.amounts.stacked()[:, np.newaxis], slots.source[np.newaxis])[0]


def pack_days(amounts: Integers, source: Integers) -> list[bytes]:
    """Pack the slots of several days.

    Args:
        amounts: In the order of `Amounts.stacked`: shape (quantities, days, slots).
        source: The source of each slot: shape (days, slots).
    """
    whole = np.zeros(len(source), dtype=WHOLE)
    whole["measured_uwh"], whole["source"] = amounts[0], source[:, 0]
    packed = [each.tobytes() for each in whole]
    for day in np.flatnonzero(~_are_whole(amounts, source)).tolist():
        packed[day] = _pack_full(amounts[:, day], source[day])
    return packed


def _pack_full(amounts: Integers, source: Integers) -> bytes:
    day = np.zeros((), dtype=FULL)
    for quantity, of_quantity in zip(FORMS, amounts, strict=True):
        day[quantity] = of_quantity
    day["source"] = source
    return day.tobytes()


def _are_whole(amounts: Integers, source: Integers) -> NDArray[np.bool_]:
    return (
        (amounts[2] == SLOT_MS).all(axis=1)
        & (source == source[:, :1]).all(axis=1)
        & (amounts[0].max(axis=1) <= MAX_WHOLE_UWH)
    )


@dataclass(frozen=True, slots=True)
class Days:
    """The slots of several days as running sums.

    Attributes:
        up_to: Sums from the start of each day up to each edge of its slots, in the order of
            `Amounts.stacked`: shape (quantities, days, slots + 1).
        source: The source of each slot: shape (days, slots).
    """

    up_to: Integers
    source: Integers


def unpack_days(packed: Sequence[bytes]) -> Days:
    """Unpack the slots of several days."""
    up_to = np.zeros((QUANTITIES, len(packed), SLOTS_PER_DAY + 1), dtype=np.int64)
    source = np.zeros((len(packed), SLOTS_PER_DAY), dtype=np.int64)
    lengths = np.array([len(each) for each in packed])
    is_whole = np.flatnonzero(lengths == WHOLE.itemsize)
    is_full = np.flatnonzero(lengths != WHOLE.itemsize)
    whole, full = _read(packed, is_whole, WHOLE), _read(packed, is_full, FULL)
    # Mostly all of them are: a slice is written in place, positions are not.
    rows = is_whole if len(is_full) else slice(None)
    up_to[0, rows, 1:] = _sums(whole["measured_uwh"])
    up_to[2, rows] = np.arange(0, DAY_MS + 1, SLOT_MS)
    source[rows] = whole["source"][:, np.newaxis]
    for position, quantity in enumerate(FORMS):
        up_to[position, is_full, 1:] = _sums(full[quantity])
    source[is_full] = full["source"]
    return Days(up_to, source)


def slots_at(packed: Sequence[bytes], rows: Integers, slots: Integers) -> Integers:
    """Return single slots of days, in the order of `Amounts.stacked`: shape (quantities, slots).

    Args:
        packed: The days.
        rows: For each wanted slot the position of its day.
        slots: Which slot of the day.
    """
    found = np.zeros((QUANTITIES, len(rows)), dtype=np.int64)
    is_whole = np.array([len(each) == WHOLE.itemsize for each in packed])
    for form, has_form in ((WHOLE, is_whole), (FULL, ~is_whole)):
        wanted = np.flatnonzero(has_form[rows])
        days = _read(packed, np.flatnonzero(has_form), form)
        at = (np.cumsum(has_form) - 1)[rows[wanted]], slots[wanted]
        if form is WHOLE:
            found[0, wanted] = days["measured_uwh"][at]
            found[2, wanted] = SLOT_MS
        else:
            for position, quantity in enumerate(FORMS):
                found[position, wanted] = days[quantity][at]
    return found


def unpack_day(packed: bytes) -> Slots:
    """Unpack the slots of one day."""
    days = unpack_days([packed])
    return Slots(amounts_of(np.diff(days.up_to[:, 0], axis=1)), days.source[0])


def _sums(slots: np.ndarray) -> Integers:
    return np.cumsum(slots, axis=1, dtype=np.int64)


def _read(packed: Sequence[bytes], rows: Integers, dtype: np.dtype) -> np.ndarray:
    return np.frombuffer(b"".join([packed[row] for row in rows.tolist()]), dtype=dtype)


def sums_checksum(device: str, day_ms: int, sums: Sequence[int]) -> int:
    """Return the weighted sum of a stored day.

    A flipped bit changes it by the bit's value times a weight.

    Args:
        device: Whose day it is.
        day_ms: The day.
        sums: Of the four quantities, in the order of `Amounts.stacked`.
    """
    weighted = zip(WEIGHTS, (*sums, day_ms), strict=True)
    return crc32(device.encode()) + sum(weight * value for weight, value in weighted)


def added_checksums(devices: Sequence[str], days: Integers, added: Integers) -> Integers:
    """Return the sum of the checksums of several days of each device, modulo 2^64.

    Args:
        devices: The devices.
        days: How many days of each.
        added: The sums of the four quantities and of `day_ms`: shape (5, devices).
    """
    of_devices = np.array([crc32(device.encode()) for device in devices])
    return of_devices * days + np.array(WEIGHTS) @ added


def row_checksum(
    device: str, day_ms: int, sums: Sequence[int], made_from: str, packed: bytes
) -> int:
    """Return the CRC of a stored day."""
    # A year of many devices is checked at once. The numbers one by one: a third less time.
    a, b, c, d = sums
    return crc32(packed, crc32(f"{device} {day_ms} ({a}, {b}, {c}, {d}) {made_from}".encode()))


def splits_checksum(device: str, day_ms: int, amounts: bytes) -> int:
    """Return the CRC of the splits of a day."""
    return crc32(amounts, crc32(f"{device} {day_ms}".encode()))


def among(days_ms: Sequence[int], column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return whether a column is one of some days, each given once."""
    if run := run_of(days_ms):
        return column.between(*run)
    return column.in_(days_ms)


def run_of(days_ms: Sequence[int]) -> tuple[int, int] | None:
    """Return the first and the last of some days where these are all days between them."""
    first, last = min(days_ms), max(days_ms)
    return (first, last) if last - first == (len(days_ms) - 1) * DAY_MS else None
