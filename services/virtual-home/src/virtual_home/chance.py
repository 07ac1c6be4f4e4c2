"""Chance that is the same every time: random numbers addressed by name and index, without state.

A curve must give the same watts for an instant whether it is asked for alone or among 86 400
others, today or next week. So nothing is drawn in sequence; every number has an address.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Flags = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Chance:
    """The random numbers of one device under one seed."""

    seed: int
    device: str

    def of(self, purpose: str, index: Integers) -> Floats:
        """Numbers in [0, 1), one for each index; another purpose gives others."""
        name = f"{self.seed}/{self.device}/{purpose}".encode()
        stream = np.uint64(int.from_bytes(blake2b(name, digest_size=8).digest()))
        bits = _mix(index.astype(np.uint64) * _GOLDEN + stream)
        return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def happens(self, purpose: str, index: Integers, odds: float | Floats) -> Flags:
        """True with the given odds, decided once for each index."""
        return self.of(purpose, index) < odds

    def drift(self, purpose: str, unix_seconds: Floats, every_seconds: float) -> Floats:
        """A line in [-1, 1] that bends at a new random height every so many seconds."""
        steps = unix_seconds / every_seconds
        index = np.floor(steps).astype(np.int64)
        here, there = self.of(purpose, index), self.of(purpose, index + 1)
        return 2 * (here + (there - here) * (steps - index)) - 1


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # The finaliser of splitmix64 (Steele, Lea, Flood 2014): neighbours become unrelated.
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
