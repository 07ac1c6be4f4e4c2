"""The checksums of stored days and splits: no flipped bit becomes energy or money. Pure.

A whole row is covered by a CRC, which is compared where its slots are read. Sums are added up by
the database, in an index without the slots: the checksum of these is a weighted sum, so that the
sum of the checksums is that of the sums.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from bff.energy import Integers

# Odd, so that no bit of a value is lost; the sum of ten years of them fits 64 bits.
WEIGHTS = (3, 5, 7, 11, 13)


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
