"""When a plug can be heard: nearly always, now and then, or no more."""

import numpy as np
from numpy.typing import ArrayLike

from virtual_home.chance import Chance, Flags, Floats, Integers

GONE_FOR_GOOD = "humidifier"
COMES_AND_GOES = "hair_dryer"
BLOCK_SECONDS = 3 * 3600
SHORTEST_SILENCE_SECONDS = 25 * 60
LONGEST_SILENCE_SECONDS = 50 * 60


def present(
    device: str, unix_seconds: ArrayLike, *, seed: int, gone_since_unix_seconds: float
) -> Flags:
    """Whether the device's plug answers at each instant."""
    at = np.atleast_1d(np.asarray(unix_seconds, dtype=np.float64))
    if device == GONE_FOR_GOOD:
        return at < gone_since_unix_seconds
    if device == COMES_AND_GOES:
        return ~_silent(at, Chance(seed, device))
    return np.full(at.shape, fill_value=True)


def _silent(at: Floats, chance: Chance) -> Flags:
    """One silence somewhere in every block of three hours, never over its edges."""
    block: Integers = np.floor(at / BLOCK_SECONDS).astype(np.int64)
    spare = LONGEST_SILENCE_SECONDS - SHORTEST_SILENCE_SECONDS
    length = SHORTEST_SILENCE_SECONDS + spare * chance.of("silence/length", block)
    start = (BLOCK_SECONDS - LONGEST_SILENCE_SECONDS) * chance.of("silence/start", block)
    into = at - block * BLOCK_SECONDS
    return (into >= start) & (into < start + length)
