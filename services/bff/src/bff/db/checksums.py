"""The checksums of stored days and splits: no flipped bit becomes energy or money. Pure.

A whole row is covered by a CRC, which is compared where its slots are read. Sums are added up by
the database, in an index without the slots: the checksum of these is a weighted sum, so that the
sum of the checksums is that of the sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

# Odd, so that no bit of a value is lost; the sum of ten years of them fits 64 bits.
WEIGHTS = (3, 5, 7, 11, 13)


@dataclass(frozen=True, slots=True)
class DaySums:
    """The sums of one device's day, or of several days.

    Attributes:
        day_ms: The day, or the sum of the days.
        sums: Of the four quantities, in the order of `Amounts.stacked`.
        days: How many.
    """

    day_ms: int
    sums: Sequence[int]
    days: int = 1

    def checksum(self, device: str) -> int:
        """Return the weighted sum. A flipped bit changes it by the bit's value times a weight."""
        weighted = zip(WEIGHTS, (*self.sums, self.day_ms), strict=True)
        of_device = crc32(device.encode()) * self.days
        return of_device + sum(weight * value for weight, value in weighted)


def row_checksum(
    device: str, day_ms: int, sums: tuple[int, ...], made_from: str, packed: bytes
) -> int:
    """Return the CRC of a stored day."""
    # A year of many devices is checked at once: no object is made for each day.
    return crc32(packed, crc32(f"{device} {day_ms} {sums} {made_from}".encode()))


def splits_checksum(device: str, day_ms: int, amounts: bytes) -> int:
    """Return the CRC of the splits of a day."""
    return crc32(amounts, crc32(f"{device} {day_ms}".encode()))
