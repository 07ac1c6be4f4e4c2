"""Jobs: which days to build next, newest first because they are viewed most, and building them.

`next_jobs` is pure; `build` fetches samples.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bff.energy import Integers, Slots
from bff.ledger.archive import KeptDay
from bff.ledger.events import events_of
from bff.ledger.fetch import SamplesBySource, SampleSource, fetch_with_neighbours
from bff.ledger.sample_counts import DeviceDays, SampleCounts, StoredDay
from bff.ledger.slots import DeviceRules, GivenAnswer, JudgedDevice, slots_between
from bff.ledger.store import Built
from bff.ledger.witness import judge_with_witnesses
from bff.time_grid import DAY_MS, SLOTS_PER_DAY, Interval, slot_edges
from energy_rules.sources import NO_SAMPLES, Spans, amounts_of, flatten, join, spans_of
from energy_rules.state import Answer, Quality, Span

WINDOW_MS = 32 * DAY_MS
# Bounds the memory of a job: a sample takes about 150 bytes while its JSON is parsed.
MAX_SAMPLES = 400_000

type StaleDays = Mapping[str, set[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """Devices whose slots are to be built on the same whole days."""

    devices: Sequence[DeviceDays]
    days: Interval

    @property
    def samples(self) -> int:
        """How many samples the job reads."""
        return sum(device.samples_in(self.days) for device in self.devices)


def next_jobs(
    counts: SampleCounts, rules: Mapping[str, DeviceRules], stale: StaleDays
) -> list[Job]:
    """Return all jobs for the newest window of time with stale days; none when there are none."""
    newest = max((max(days) for days in stale.values() if days), default=None)
    if newest is None:
        return []
    window_ms = newest // WINDOW_MS * WINDOW_MS
    together: dict[Interval, list[DeviceDays]] = defaultdict(list)
    for device, days in stale.items():
        here = {day for day in days if day >= window_ms}
        if here:
            interval = _without_other_jobs(counts.affected(rules[device], here), here, days)
            together[interval].append(counts.device_days(rules[device]))
    return [job for interval, devices in together.items() for job in _bounded(devices, interval)]


def _without_other_jobs(affected: Interval, here: set[int], stale: set[int]) -> Interval:
    """Leave out days at the ends that are stale themselves: their own job builds them."""
    start_ms, end_ms = affected.start_ms, affected.end_ms
    while start_ms < min(here) and start_ms in stale:
        start_ms += DAY_MS
    while end_ms > max(here) + DAY_MS and end_ms - DAY_MS in stale:
        end_ms -= DAY_MS
    return Interval(start_ms, end_ms)


def _bounded(devices: list[DeviceDays], interval: Interval) -> Iterator[Job]:
    batch: list[DeviceDays] = []
    samples = 0
    for device in devices:
        more = device.samples_in(interval)
        if batch and samples + more > MAX_SAMPLES:
            yield Job(batch, interval)
            batch, samples = [], 0
        batch.append(device)
        samples += more
    if batch:
        yield Job(batch, interval)


def build(source: SampleSource, job: Job, watermark_ms: int) -> Iterator[Built]:
    """Build the closed slots of each device of the job.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
    """
    interval = Interval(job.days.start_ms, min(job.days.end_ms, watermark_ms))
    for device, samples in fetch_with_neighbours(source, job.devices, interval):
        judged = judge_with_witnesses(source, device.rules, samples)
        slots = slots_between(
            _with_answered(device, judged, samples),
            slot_edges(interval.start_ms, interval.end_ms),
            device.rules.former_orders,
        )
        days = list(_days(device, slots, interval))
        events = list(events_of(device.rules, judged, slots, job.days))
        yield Built(
            device.rules.device,
            job.days.start_ms,
            job.days.end_ms,
            days,
            events,
            _is_as_counted(device, samples, job.days),
        )


def _is_as_counted(device: DeviceDays, samples: SamplesBySource, days: Interval) -> bool:
    """Return whether no sample is missing that was counted: of these days, and of those beside.

    Of the day after one sample suffices: the energy until then is all that reaches into the days.
    """
    edges_ms = np.arange(days.start_ms - DAY_MS, days.end_ms + 1, DAY_MS)
    for source, counted in zip(device.rules.sources, device.days, strict=True):
        at_ms = samples.get(source, NO_SAMPLES).at_ms
        found = np.diff(np.searchsorted(at_ms, edges_ms))
        if (found < [counted.get(day_ms, 0) for day_ms in edges_ms[:-1].tolist()]).any():
            return False
        if days.end_ms in counted and not (at_ms[-1:] >= days.end_ms).any():
            return False
    return True


def _with_answered(
    device: DeviceDays, judged: JudgedDevice, samples: SamplesBySource
) -> Sequence[Spans]:
    """Add the energy that a person had counted of samples that are lost meanwhile."""
    return [
        _joined(spans, [each for each in rules.answers if not _is_shown(each, samples)])
        for spans, rules in zip(judged.spans, device.rules.by_source(), strict=True)
    ]


def _joined(spans: Spans, answers: Sequence[GivenAnswer]) -> Spans:
    counted = [
        Span(given.since_ms, given.at_ms, given.uwh, Quality.ESTIMATED)
        for given in answers
        if given.answer is Answer.COUNT
    ]
    return flatten(join([spans, spans_of(counted)])) if counted else spans


def _is_shown(answer: GivenAnswer, samples: SamplesBySource) -> bool:
    """Whether both samples of an event are there; out of reach it adds nothing anyway."""
    of_source = samples.get(answer.source, NO_SAMPLES)
    return bool(np.isin([answer.since_ms, answer.at_ms], of_source.at_ms).all())


def _days(device: DeviceDays, slots: Slots, interval: Interval) -> Iterator[KeptDay]:
    stacked, source = _whole_days(slots)
    is_known = stacked[2:].any(axis=(0, 2)).tolist()
    used = (source.max(axis=1) + 1).tolist()
    for position, day_ms in enumerate(range(interval.start_ms, interval.end_ms, DAY_MS)):
        if is_known[position] or device.counts_on(day_ms):
            made_from = StoredDay(device.fingerprint(day_ms, used[position]))
            amounts = amounts_of(stacked[:, position])
            yield KeptDay(day_ms, made_from, Slots(amounts, source[position]))


def _whole_days(slots: Slots) -> tuple[Integers, Integers]:
    """Return the slots by day; those of the last day that are not closed yet are empty."""
    lacking = -len(slots.source) % SLOTS_PER_DAY
    stacked = np.pad(slots.amounts.stacked(), ((0, 0), (0, lacking)))
    source = np.pad(slots.source, (0, lacking))
    return stacked.reshape(4, -1, SLOTS_PER_DAY), source.reshape(-1, SLOTS_PER_DAY)
