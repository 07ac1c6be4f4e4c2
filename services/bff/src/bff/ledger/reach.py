"""How far samples have an effect. Pure.

Energy lies between neighbouring good samples, whether a sample is good depends on its two
neighbours, and whether a rise is possible on the samples of the last minutes (`Limits.late_ms`).
So the slots of a stretch depend on the samples in it, the first two after it, those of the
minutes before it and the last two before these, and on nothing else.
"""

from collections.abc import Mapping, Sequence

from bff.grid import DAY_MS

NEIGHBOURS = 2

type SamplesOfDays = Mapping[int, int]


def reach_back(sources: Sequence[SamplesOfDays], start_ms: int, samples: int = NEIGHBOURS) -> int:
    """The start of the latest day from which every source has so many samples before `start_ms`.

    Where a source has fewer, the start of its first day; `start_ms` where it has none.
    """
    return min((_back(days, start_ms, samples) for days in sources), default=start_ms)


def reach_forward(sources: Sequence[SamplesOfDays], end_ms: int, samples: int = NEIGHBOURS) -> int:
    """The end of the earliest day until which every source has so many samples from `end_ms` on."""
    return max((_forward(days, end_ms, samples) for days in sources), default=end_ms)


def _back(days: SamplesOfDays, start_ms: int, samples: int) -> int:
    reached, found = start_ms, 0
    for day in sorted((day for day in days if day < start_ms), reverse=True):
        reached, found = day, found + days[day]
        if found >= samples:
            break
    return reached


def _forward(days: SamplesOfDays, end_ms: int, samples: int) -> int:
    reached, found = end_ms, 0
    for day in sorted(day for day in days if day >= end_ms):
        reached, found = day + DAY_MS, found + days[day]
        if found >= samples:
            break
    return reached
