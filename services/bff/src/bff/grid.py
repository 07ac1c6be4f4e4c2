"""The UTC grid that energy is kept on: days, and slots of a quarter of an hour."""

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
SLOT_MS = 900_000
SLOTS_PER_DAY = DAY_MS // SLOT_MS
# Later than any instant.
ALWAYS_MS = 2**53


def day_start(at_ms: int) -> int:
    """The Unix milliseconds at which the UTC day of an instant begins."""
    return at_ms // DAY_MS * DAY_MS


def slot_start(at_ms: int) -> int:
    """The Unix milliseconds at which the slot of an instant begins."""
    return at_ms // SLOT_MS * SLOT_MS


def slot_edges(start_ms: int, end_ms: int) -> NDArray[np.int64]:
    """All edges of slots from `start_ms` to `end_ms`, both on the grid and both among them."""
    return np.arange(start_ms, end_ms + 1, SLOT_MS, dtype=np.int64)
