"""Instants, intervals and the UTC grid of days and slots on which energy is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
SLOT_MS = 900_000
SLOTS_PER_DAY = DAY_MS // SLOT_MS
# Later than any instant.
FAR_FUTURE_MS = 2**53
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Returns the present instant; tests pass their own.
type Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open interval [start, end) in Unix milliseconds."""

    start_ms: int
    end_ms: int


def unix_milliseconds(at: datetime) -> int:
    """Convert an instant to whole milliseconds since 1970, without a float in between."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def instant(unix_milliseconds: int) -> datetime:
    """Convert Unix milliseconds to an instant in UTC."""
    return EPOCH + timedelta(milliseconds=unix_milliseconds)


def in_zone(at_ms: int, zone: ZoneInfo) -> datetime:
    """Convert Unix milliseconds to an instant in the house's time zone."""
    return instant(at_ms).astimezone(zone)


def day_start(at_ms: int) -> int:
    """Return the start of the UTC day of an instant, Unix milliseconds."""
    return at_ms // DAY_MS * DAY_MS


def runs_of_days(days_ms: Sequence[int]) -> list[Interval]:
    """Return the runs of neighbouring days among the sorted starts of UTC days."""
    if not days_ms:
        return []
    days = np.array(days_ms, dtype=np.int64)
    gaps = np.flatnonzero(np.diff(days) > DAY_MS)
    first_ms = [days_ms[0], *days[gaps + 1].tolist()]
    last_ms = [*days[gaps].tolist(), days_ms[-1]]
    return [Interval(first, last + DAY_MS) for first, last in zip(first_ms, last_ms, strict=True)]


def slot_start(at_ms: int) -> int:
    """Return the start of the slot of an instant, Unix milliseconds."""
    return at_ms // SLOT_MS * SLOT_MS


def slot_edges(start_ms: int, end_ms: int) -> NDArray[np.int64]:
    """Return all slot edges from `start_ms` to `end_ms`, both on the grid and both included."""
    return np.arange(start_ms, end_ms + 1, SLOT_MS, dtype=np.int64)
