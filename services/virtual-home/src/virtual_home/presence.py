"""When a plug is reachable: nearly always, now and then, or no more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from virtual_home.chance import Chance, Flags, Floats, Integers

GONE_FOR_GOOD = "humidifier"
COMES_AND_GOES = "hair_dryer"


@dataclass(frozen=True, slots=True)
class Silences:
    """One in each block of time, of a length between these."""

    block_seconds: int
    shortest_seconds: int
    longest_seconds: int


UNPLUGGED = Silences(3 * 3600, 25 * 60, 50 * 60)
UNREACHABLE = Silences(3 * 86_400, 4 * 60, 30 * 60)


def present(
    device: str, unix_seconds: ArrayLike, *, seed: int, gone_since_unix_seconds: float
) -> Flags:
    """Whether the device's plug answers at each instant."""
    at = np.atleast_1d(np.asarray(unix_seconds, dtype=np.float64))
    if device == GONE_FOR_GOOD:
        return at < gone_since_unix_seconds
    if device == COMES_AND_GOES:
        return ~_silent(at, Chance(seed, device), UNPLUGGED)
    return np.full(at.shape, fill_value=True)


def over_matter(device: str, unix_seconds: ArrayLike, *, seed: int) -> Flags:
    """Whether the Matter server could reach the device's plug: nearly always."""
    at = np.atleast_1d(np.asarray(unix_seconds, dtype=np.float64))
    return ~_silent(at, Chance(seed, f"{device}/matter"), UNREACHABLE)


def _silent(at: Floats, chance: Chance, silences: Silences) -> Flags:
    """One silence somewhere in every block, never over its edges."""
    block: Integers = np.floor(at / silences.block_seconds).astype(np.int64)
    spare = silences.longest_seconds - silences.shortest_seconds
    length = silences.shortest_seconds + spare * chance.of("silence/length", block)
    latest = silences.block_seconds - silences.longest_seconds
    start = latest * chance.of("silence/start", block)
    into = at - block * silences.block_seconds
    return (into >= start) & (into < start + length)
