"""Rule 6: one device, several sources; in each slot one of them counts, never the sum."""

from collections.abc import Sequence

import numpy as np

from bff.ledger.counter import Int64s
from bff.ledger.spread import Amounts, amounts_of


def choose(sources: Sequence[Amounts]) -> Int64s:
    """For each slot the position of the source that counts.

    It is the one that measured most of the slot's time; among equals the one that estimated
    most, then the first in configuration order. So a source that fell silent for a part of a
    slot gives way to one that heard all of it, and the order decides whenever both heard all.
    """
    measured_ms = np.stack([source.measured_ms for source in sources])
    estimated_ms = np.stack([source.estimated_ms for source in sources])
    # argmax takes the first of equals. A slot's time is far below the factor.
    return np.argmax((measured_ms << np.int64(31)) + estimated_ms, axis=0)


def chosen(sources: Sequence[Amounts], choice: Int64s) -> Amounts:
    """Of each slot what the chosen source says."""
    stacked = np.stack([source.stacked() for source in sources])
    return amounts_of(stacked[choice, :, np.arange(len(choice))].T)
