"""Fetch all samples that the slots of a stretch depend on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bff.grid import ALWAYS_MS, DAY_MS
from bff.ledger.clean import MOST_LATE_MS
from bff.ledger.counter import Counter, parse_counter
from bff.ledger.marks import mark_of
from bff.ledger.reach import NEIGHBOURS, SamplesOfDays, reach_back, reach_forward
from bff.ledger.rules import DeviceRules
from bff.ledger.slots import NO_SAMPLES
from bff.stretch import Stretch
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.samples import BULK_DEADLINE_SECONDS, Selection, fetch_counters

# Sources that are heard regularly have their neighbouring samples within this.
NEAR_MS = 3_600_000
MANY = 100

type CountersOfSource = dict[str, Counter]


@dataclass(frozen=True, slots=True)
class Known:
    """A device and the days on which its sources have samples, in the order of its rules."""

    rules: DeviceRules
    days: Sequence[SamplesOfDays]

    def mark(self, day_ms: int) -> str:
        """What the slots of a day should be made from."""
        return mark_of(self.rules.fingerprint, self.samples_on(day_ms))

    def samples_on(self, day_ms: int) -> Mapping[str, int]:
        """How many samples each source has on a day; sources without any are left out."""
        return {
            source: days[day_ms]
            for source, days in zip(self.rules.sources, self.days, strict=True)
            if day_ms in days
        }


@dataclass(frozen=True, slots=True)
class Samples:
    """Where samples come from, until when, and how long an answer may take."""

    victoriametrics: VictoriaMetrics
    selection: Selection
    now_ms: int
    deadline_seconds: float = BULK_DEADLINE_SECONDS

    def fetch(self, devices: Sequence[str], stretch: Stretch) -> dict[str, CountersOfSource]:
        """All samples of the devices in the stretch."""
        found = fetch_counters(
            self.victoriametrics,
            self.selection.only(tuple(devices)),
            stretch.start_ms,
            stretch.end_ms,
            deadline_seconds=self.deadline_seconds,
        )
        parsed: dict[str, CountersOfSource] = {device: {} for device in devices}
        for (device, source), samples in found.items():
            parsed[device][source] = parse_counter(samples.at_ms, samples.kwh)
        return parsed


def gather(
    samples: Samples, devices: Sequence[Known], stretch: Stretch
) -> Iterator[tuple[Known, CountersOfSource]]:
    """The samples of each device in the stretch, and enough of them before and after it.

    Raises:
        VictoriaMetricsDown: No complete answer in time.
    """
    near = Stretch(stretch.start_ms - NEAR_MS, min(stretch.end_ms + NEAR_MS, samples.now_ms + 1))
    counters = samples.fetch([known.rules.device for known in devices], near)
    for known in devices:
        found = counters.pop(known.rules.device)
        if not _enough(samples.now_ms, known, found, stretch, near):
            found = _gather_further(samples, known, stretch)
        yield known, found


def _gather_further(samples: Samples, known: Known, stretch: Stretch) -> CountersOfSource:
    found: CountersOfSource = {}
    for neighbours in (NEIGHBOURS, MANY, None):
        far = _far(known, stretch, samples.now_ms, neighbours)
        found = samples.fetch([known.rules.device], far)[known.rules.device]
        if _enough(samples.now_ms, known, found, stretch, far):
            break
    return found


def _far(known: Known, stretch: Stretch, now_ms: int, neighbours: int | None) -> Stretch:
    if neighbours is None:
        first = min((day for days in known.days for day in days), default=stretch.start_ms)
        return Stretch(min(first, stretch.start_ms), now_ms + 1)
    return Stretch(
        reach_back(known.days, stretch.start_ms - MOST_LATE_MS, neighbours),
        reach_forward(known.days, stretch.end_ms, neighbours),
    )


def _enough(
    now_ms: int, known: Known, found: CountersOfSource, stretch: Stretch, fetched: Stretch
) -> bool:
    # What came since the last count is not asked here: it is the tail's, which looks by itself.
    end_ms = ALWAYS_MS if fetched.end_ms > now_ms else fetched.end_ms
    of_sources = zip(known.rules.sources, known.rules.limits, known.days, strict=True)
    return all(
        _enough_of(
            found.get(source, NO_SAMPLES),
            days,
            stretch,
            Stretch(fetched.start_ms, end_ms),
            limits.late_ms,
        )
        for source, limits, days in of_sources
    )


def _enough_of(
    counter: Counter, days: SamplesOfDays, stretch: Stretch, fetched: Stretch, late_ms: int
) -> bool:
    edges_ms = [stretch.start_ms - late_ms, stretch.start_ms, stretch.end_ms]
    recent, first, last = np.searchsorted(counter.at_ms, edges_ms)
    nothing_later = all(day + DAY_MS <= fetched.end_ms for day in days)
    if not nothing_later and len(counter) - last < NEIGHBOURS:
        return False
    # Without a sample from the start on, no energy reaches into the stretch.
    if nothing_later and first == len(counter):
        return True
    return recent >= NEIGHBOURS or not any(day < fetched.start_ms for day in days)
