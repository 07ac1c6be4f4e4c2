"""Archived days: days that lost samples. Their slots are kept; samples fill only what they lack.

Pure. The ledger is the second copy of the house's history and outlives the first one: samples
that VictoriaMetrics lost, or let go after its retention, take no energy with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bff.energy import Slots
from bff.ledger.sample_counts import (
    StoredDay,
    counts_in,
    format_counts,
    has_more,
    parse_counts,
    sources_in,
)
from bff.time_grid import DAY_MS, SLOT_MS, SLOTS_PER_DAY, slot_edges
from energy_rules.sources import amounts_of, between, spans_of
from energy_rules.state import Span

NOTHING = Slots(
    amounts_of(np.zeros((4, SLOTS_PER_DAY), dtype=np.int64)), np.zeros(SLOTS_PER_DAY, np.int64)
)


@dataclass(frozen=True, slots=True)
class KeptDay:
    """All slots of one device on one day, and what they were made from."""

    day_ms: int
    stored: StoredDay
    slots: Slots

    @property
    def is_archived(self) -> bool:
        """Whether it lost samples."""
        return self.stored.counts_left is not None

    def source_at(self, at_ms: int) -> str | None:
        """Return the source that counts in the slot of an instant."""
        names = sources_in(self.stored.made_from)
        position = int(self.slots.source[(at_ms - self.day_ms) // SLOT_MS])
        return names[position] if position < len(names) else None


type KeptDays = Mapping[int, KeptDay]


def known_ms(slots: Slots) -> NDArray[np.int64]:
    """Return how much of each slot is measured or estimated."""
    return slots.amounts.measured_ms + slots.amounts.estimated_ms


def merge(kept: KeptDays, built: KeptDays) -> KeptDays:
    """Return the days that replace the kept ones once others were built.

    An archived day keeps its slots. Its neighbours keep those at the seam: what lay between the
    last sample of one day and the first of the next cannot be measured again.
    """
    merged = dict(built)
    for day_ms, day in kept.items():
        if day.is_archived:
            merged[day_ms] = fill(day, built[day_ms]) if day_ms in built else day
    for step in (1, -1):
        for day_ms in sorted(kept, reverse=step < 0):
            neighbour = merged.get(day_ms - step * DAY_MS)
            if neighbour is not None and neighbour.is_archived and not kept[day_ms].is_archived:
                merged[day_ms] = _with_seam(kept[day_ms], merged.get(day_ms), step)
    return merged


def fill(kept: KeptDay, built: KeptDay) -> KeptDay:
    """Fill the missing slots of an archived day, if samples were added since they were counted."""
    counts = counts_in(built.stored.made_from)
    if not has_more(counts, parse_counts(kept.stored.counts_left or "")):
        return kept
    filled = _join(kept, built, known_ms(kept.slots) == 0)
    # Stale: should all of its samples be there again, it is built from these alone.
    stored = replace(filled.stored, is_stale=True, counts_left=format_counts(counts))
    return replace(filled, stored=stored)


def _with_seam(kept: KeptDay, built: KeptDay | None, step: int) -> KeptDay:
    """Keep the slots from the neighbour on, until the first that is known as well as before."""
    new = built or KeptDay(kept.day_ms, kept.stored, NOTHING)
    is_less = known_ms(new.slots) < known_ms(kept.slots)
    is_seam = np.logical_and.accumulate(is_less[::step])[::step]
    if built is not None and counts_in(built.stored.made_from):
        return _join(built, kept, is_seam)
    # Without samples of its own it rests on what is lost.
    rest = _join(kept, new, ~is_seam)
    return replace(rest, stored=replace(rest.stored, counts_left=""))


def _join(base: KeptDay, other: KeptDay, which: NDArray[np.bool_]) -> KeptDay:
    """Return a day with some slots of another one."""
    if not which.any():
        return base
    names, others = sources_in(base.stored.made_from), sources_in(other.stored.made_from)
    lacking = [each for each in others if each not in names]
    place = np.array([(names + lacking).index(each) for each in others], dtype=np.int64)
    amounts = np.where(which, other.slots.amounts.stacked(), base.slots.amounts.stacked())
    source = np.where(which, place[other.slots.source], base.slots.source)
    made_from = " ".join([base.stored.made_from, *(f"{each}=0" for each in lacking)])
    stored = replace(base.stored, made_from=made_from)
    return KeptDay(base.day_ms, stored, Slots(amounts_of(amounts), source))


def add_answered(day: KeptDay, span: Span, source: str, *, taken_back: bool = False) -> KeptDay:
    """Add the energy of a counted event to an archived day, or take it away again."""
    edges = slot_edges(day.day_ms, day.day_ms + DAY_MS)
    added = between(spans_of([span]), edges)
    amounts = day.slots.amounts
    if taken_back:
        uwh = -np.minimum(added.estimated_uwh, amounts.estimated_uwh)
        lasted_ms = -np.minimum(added.estimated_ms, amounts.estimated_ms)
    else:
        uwh = added.estimated_uwh
        lasted_ms = np.minimum(added.estimated_ms, SLOT_MS - known_ms(day.slots))
    changed = replace(
        amounts,
        estimated_uwh=amounts.estimated_uwh + uwh,
        estimated_ms=amounts.estimated_ms + lasted_ms,
    )
    names = sources_in(day.stored.made_from)
    is_new = known_ms(day.slots) == 0
    where = names.index(source) if source in names else 0
    return replace(day, slots=Slots(changed, np.where(is_new, where, day.slots.source)))
