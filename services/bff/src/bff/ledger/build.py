"""Make closed slots from samples. Pure but for `gather`, which fetches them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bff.grid import DAY_MS, SLOTS_PER_DAY, slot_edges
from bff.ledger.counter import Int64s
from bff.ledger.gather import CountersOfSource, Known, Samples, gather
from bff.ledger.slots import Slots, pieces_of, slots_between
from bff.ledger.spread import amounts_of
from bff.ledger.store import Built, BuiltDay
from bff.stretch import Stretch


@dataclass(frozen=True, slots=True)
class Job:
    """Devices whose slots are to be made on the same whole days."""

    devices: Sequence[Known]
    days: Stretch


def build(samples: Samples, job: Job, frontier_ms: int) -> Iterator[Built]:
    """The closed slots of each device of the job.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
    """
    stretch = Stretch(job.days.start_ms, min(job.days.end_ms, frontier_ms))
    for known, counters in gather(samples, job.devices, stretch):
        days = list(_days(known, counters, stretch))
        yield Built(known.rules.device, job.days.start_ms, job.days.end_ms, days)


def _days(known: Known, counters: CountersOfSource, stretch: Stretch) -> Iterator[BuiltDay]:
    pieces = pieces_of(known.rules, counters)
    slots = slots_between(pieces, slot_edges(stretch.start_ms, stretch.end_ms))
    stacked, source = _whole_days(slots)
    for position in range(len(source)):
        day_ms = stretch.start_ms + position * DAY_MS
        amounts = amounts_of(stacked[:, position])
        if known.samples_on(day_ms) or (amounts.measured_ms + amounts.estimated_ms).any():
            yield BuiltDay(day_ms, known.mark(day_ms), Slots(amounts, source[position]))


def _whole_days(slots: Slots) -> tuple[Int64s, Int64s]:
    """Slots by day; those of the last day that are not closed yet are empty."""
    lacking = -len(slots.source) % SLOTS_PER_DAY
    stacked = np.pad(slots.amounts.stacked(), ((0, 0), (0, lacking)))
    source = np.pad(slots.source, (0, lacking))
    return stacked.reshape(4, -1, SLOTS_PER_DAY), source.reshape(-1, SLOTS_PER_DAY)
