"""The slots of one device, from the samples of all its sources. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bff.ledger.clean import Pieces, clean
from bff.ledger.counter import Counter, Int64s
from bff.ledger.rules import DeviceRules
from bff.ledger.sources import choose, chosen
from bff.ledger.spread import Amounts, between

NO_SAMPLES = Counter(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Slots:
    """Neighbouring slots of one device.

    Attributes:
        amounts: Energy and known time of each slot.
        source: For each slot the position of the source that counts, in configuration order.
    """

    amounts: Amounts
    source: Int64s


def pieces_of(rules: DeviceRules, counters: Mapping[str, Counter]) -> Sequence[Pieces]:
    """The clean energy of each source, in configuration order."""
    return [
        clean(counters.get(source, NO_SAMPLES), limits)
        for source, limits in zip(rules.sources, rules.limits, strict=True)
    ]


def slots_between(sources: Sequence[Pieces], edges_ms: Int64s) -> Slots:
    """The slots between neighbouring edges."""
    amounts = [between(pieces, edges_ms) for pieces in sources]
    choice = choose(amounts)
    return Slots(chosen(amounts, choice), choice)
