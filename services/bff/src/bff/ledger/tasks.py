"""The tasks of the worker: refresh, count samples of history, rebuild stale days, split ahead."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from bff.db.engine import read_session, write_session
from bff.ledger.fetch import fetch_with_neighbours
from bff.ledger.jobs import Job, build, next_jobs
from bff.ledger.ledger import Ledger, RebuildProgress, Rules
from bff.ledger.query import closed_sums
from bff.ledger.sample_counts import (
    Changes,
    DeviceDays,
    SampleCounts,
    StoredDay,
    rules_hash_in,
)
from bff.ledger.slots import OpenSlots, RecentSamples
from bff.ledger.store import (
    save_archived,
    save_built,
    save_found_sources,
    select_open_events,
    select_stored,
    select_watermark,
    update_losses,
)
from bff.time_grid import (
    DAY_MS,
    FAR_FUTURE_MS,
    SLOT_MS,
    Interval,
    day_start,
    instant,
    month_earlier,
    slot_start,
)
from bff.victoriametrics.client import SourceOfDevice
from bff.victoriametrics.counters import DayCounts, energy_series, fetch_day_counts
from bff.victoriametrics.errors import VictoriaMetricsRefusedError
from energy_rules.quantities import MINUTE_MS

LOG = logging.getLogger(__name__)

# Slots are closed when samples polled every few minutes have arrived on both of their sides.
SETTLE_MS = 20 * 60_000
# VictoriaMetrics returns a sample within this time of having received it.
VISIBLE_AFTER_MS = 60_000
HISTORY_MS = 3653 * DAY_MS
# So long before the watermark samples show how a source is read.
OPEN_BEFORE_MS = 6 * 3_600_000
# Before a slot begins, the one that it will be compared with is split.
AHEAD_MS = 5 * MINUTE_MS
AHEAD_DEVICES = 10
# How much is counted at once follows how long it takes.
MIN_COUNTED_MS = 32 * DAY_MS
QUICK_SECONDS, SLOW_SECONDS = 0.1, 1.0


@dataclass(slots=True)
class WorkerState:
    """The state of one worker; what it shares with requests is the ledger's status.

    Attributes:
        counts: The counted samples and the built days.
        rules: The rules of every device at the last refresh.
        stale: Days to be rebuilt, by device; never an empty set.
        jobs: The jobs that rebuild them.
        counted_from_ms: Days before were not counted since the start, and are not built: whether
            samples of them were lost is not known yet. None before the first refresh.
        counted_until_ms: History from here on was counted in this round; None at its start.
        counted_at_once_ms: How much of history is counted next.
        rebuild: The progress of rebuilding the days of `stale`; None when there are none.
        found: Sources with samples that are in no rules.
        handled_silences: The end of the last silence of a source whose slots were rebuilt.
        ahead_ms: The slot that was last prepared for.
        ahead_devices: Devices that are still to be prepared for it.
    """

    counts: SampleCounts = field(default_factory=SampleCounts)
    rules: Rules = field(default_factory=dict)
    stale: dict[str, set[int]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    counted_from_ms: int | None = None
    counted_until_ms: int | None = None
    counted_at_once_ms: int = 64 * DAY_MS
    rebuild: RebuildProgress | None = None
    found: set[SourceOfDevice] = field(default_factory=set)
    handled_silences: dict[SourceOfDevice, int] = field(default_factory=dict)
    ahead_ms: int | None = None
    ahead_devices: list[str] = field(default_factory=list)

    def mark_stale(self, device: str, days: set[int]) -> None:
        """Have these days rebuilt."""
        if days:
            self.stale.setdefault(device, set()).update(days)

    def due(self) -> Mapping[str, set[int]]:
        """Return the stale days that can be built now."""
        from_ms = FAR_FUTURE_MS if self.counted_from_ms is None else self.counted_from_ms
        due = {
            device: {day for day in days if day >= from_ms} for device, days in self.stale.items()
        }
        return {device: days for device, days in due.items() if days}

    def stale_snapshot(self) -> Mapping[str, frozenset[int]]:
        """Return `stale` as other threads may read it while it changes."""
        return {device: frozenset(days) for device, days in self.stale.items()}


def start(
    ledger: Ledger, rules: Rules, inherited: Mapping[str, frozenset[int]] = MappingProxyType({})
) -> WorkerState:
    """Start anew, as after a changed configuration: load what is stored, count everything.

    Nothing is counted yet; slots built by other rules are stale, and so is what is inherited
    from a worker before this one.
    """
    with read_session(ledger.engine) as session:
        stored, watermark_ms = select_stored(session), select_watermark(session)
    state = WorkerState(counts=SampleCounts(stored={**stored}), rules=rules)
    for device, days in stored.items():
        if device in rules:
            state.mark_stale(device, set(_outdated(days, rules[device].rules_hash)))
    for device, days in inherited.items():
        if device in rules:
            state.mark_stale(device, set(days))
    ledger.status.update(
        watermark_ms=watermark_ms,
        open_slots=None,
        counted_from_ms=None,
        stale=state.stale_snapshot(),
        rebuild=None,
        rules=rules,
    )
    return state


def _outdated(days: Mapping[int, StoredDay], rules_hash: str) -> Iterator[int]:
    for day_ms, day in days.items():
        is_outdated = day.is_stale or rules_hash_in(day.made_from) != rules_hash
        if is_outdated and day.counts_left is None:
            yield day_ms


def count_samples(
    ledger: Ledger,
    state: WorkerState,
    interval: Interval,
    devices: Sequence[str] | None = None,
) -> dict[str, set[int]]:
    """Count the samples of whole days (or a part of one), and archive days that lost some.

    Returns:
        The stale days by device.
    """
    everyone = energy_series(ledger.home())
    counters = everyone if devices is None else everyone.only(tuple(devices))
    counted = fetch_day_counts(ledger.victoriametrics, counters, interval.start_ms, interval.end_ms)
    _find_sources(ledger, state, counted)
    state.counts.replace(counted, counters.devices, interval)
    changes = {
        device: state.counts.changes(state.rules[device], interval)
        for device in counters.devices
        if device in state.rules
    }
    if interval.end_ms % DAY_MS and interval.end_ms < (ledger.status.current.watermark_ms or 0):
        for change in changes.values():  # the clock was set back: nothing is lost
            change.stale.update(change.lost)
            change.lost.clear()
    _archive(ledger, state, changes)
    return {device: change.stale for device, change in changes.items() if change.stale}


def _archive(ledger: Ledger, state: WorkerState, changes: Mapping[str, Changes]) -> None:
    """Save which days lost samples, and which have all of theirs again."""
    left: dict[tuple[str, int], str | None] = {}
    for device, change in changes.items():
        left |= {(device, day): counts for day, counts in change.lost.items()}
        left |= {(device, day): None for day in change.restored}
    if not left:
        return
    devices = {device for device, _ in left}
    with write_session(ledger.engine) as session:
        save_archived(session, left)
        update_losses(session, devices, ledger.samples_kept_from_ms())
    for (device, day), counts in left.items():
        stored = state.counts.stored[device]
        stored[day] = replace(stored[day], counts_left=counts)
    for device in devices:
        LOG.warning(
            "%s: fewer samples than its slots were made from on %d days, which are archived;"
            " all of them again on %d",
            device,
            len(changes[device].lost),
            len(changes[device].restored),
        )


def _find_sources(ledger: Ledger, state: WorkerState, counted: DayCounts) -> None:
    """Take sources into account that are not, or no longer, in the configuration."""
    known = {(device, source) for device, rules in state.rules.items() for source in rules.sources}
    new = [each for each in counted if each not in known and each not in state.found]
    if new and save_found_sources(ledger.engine, new):
        state.rules, state.jobs = ledger.rules(), []
        ledger.status.update(rules=state.rules)
    state.found.update(new)


def build_and_save(
    ledger: Ledger, state: WorkerState, job: Job, now_ms: int, watermark_ms: int
) -> None:
    """Build a job, save it in one transaction, and record what the slots were made from."""
    while True:
        built = list(build(ledger.sample_source(now_ms), job, watermark_ms))
        if all(each.is_as_counted for each in built):
            break
        _count_again(ledger, state, job, watermark_ms)
        if not any(state.counts.has_lost(each.device, each.made_from()) for each in built):
            break
    for device, stored in save_built(ledger.engine, built).items():
        _record_built(state, device, job.days, stored)


def _count_again(ledger: Ledger, state: WorkerState, job: Job, watermark_ms: int) -> None:
    """Archive what lost its samples while they were read, so that nothing replaces it.

    With the days beside: what rests on their samples is kept, too.
    """
    devices = [device.rules.device for device in job.devices]
    start_ms, end_ms = job.days.start_ms - DAY_MS, min(job.days.end_ms + DAY_MS, watermark_ms)
    today_ms = day_start(end_ms)
    for interval in (Interval(start_ms, today_ms), Interval(today_ms, end_ms)):
        count_samples(ledger, state, interval, devices)


def _record_built(
    state: WorkerState, device: str, interval: Interval, saved: Mapping[int, StoredDay]
) -> None:
    """Enter what slots that were saved were made from."""
    stored = state.counts.stored.setdefault(device, {})
    for day in [day for day in stored if interval.start_ms <= day < interval.end_ms]:
        del stored[day]
    stored.update(saved)
    stale = state.stale.pop(device, set())
    left = {day for day in stale if not interval.start_ms <= day < interval.end_ms}
    state.mark_stale(device, left)


def refresh(ledger: Ledger, state: WorkerState) -> None:
    """Bring stored slots up to the watermark and open slots up to now; then publish both.

    Until both are done requests use the previous status, which is complete in itself.
    """
    now_ms = ledger.now_ms()
    watermark_ms = slot_start(now_ms - SETTLE_MS)
    _close(ledger, state, now_ms, watermark_ms)
    if state.counted_from_ms is None:
        state.counted_from_ms = day_start(watermark_ms) - DAY_MS
    everyone = [state.counts.device_days(rules) for rules in state.rules.values()]
    open_slots = fetch_open_slots(ledger, everyone, watermark_ms, now_ms)
    _mark_ended_silences_stale(state, open_slots.recent, watermark_ms)
    before = ledger.status.current.open_slots
    ledger.status.update(
        watermark_ms=watermark_ms,
        open_slots=open_slots,
        stale=state.stale_snapshot(),
        **measured_besides(ledger, state.rules),
    )
    if ledger.status.is_asked:  # else it would be for no request
        open_slots.judge_after(before or open_slots)


def fetch_open_slots(
    ledger: Ledger, devices: Sequence[DeviceDays], watermark_ms: int, now_ms: int
) -> OpenSlots:
    """Fetch everything from the watermark on."""
    since = Interval(watermark_ms, now_ms + 1)
    found = fetch_with_neighbours(
        ledger.sample_source(now_ms), devices, since, before_ms=OPEN_BEFORE_MS
    )
    recent = {
        device.rules.device: RecentSamples(device.rules, samples) for device, samples in found
    }
    return OpenSlots(watermark_ms, now_ms, recent)


def measured_besides(ledger: Ledger, rules: Rules) -> Mapping[str, object]:
    """Return the attributes of the status that only metrics and notices need."""
    with read_session(ledger.engine) as session:
        open_events = select_open_events(session)
    rated_mw = {
        device: each.rated_mw for device, each in rules.items() if each.rated_mw is not None
    }
    return {"open_events": open_events, "rated_mw": rated_mw}


def _close(ledger: Ledger, state: WorkerState, now_ms: int, watermark_ms: int) -> None:
    today_ms = day_start(watermark_ms)
    stale = count_samples(ledger, state, Interval(today_ms - DAY_MS, today_ms))
    for device, days in count_samples(ledger, state, Interval(today_ms, watermark_ms)).items():
        stale.setdefault(device, set()).update(days)
    jobs = []
    while any(stale.values()):
        jobs += (newest := next_jobs(state.counts, state.rules, stale))
        for job in newest:
            for device in job.devices:
                stale[device.rules.device] -= _days_of(job.days)
    for job in jobs:
        build_and_save(ledger, state, job, now_ms, watermark_ms)
    if jobs or ledger.status.current.watermark_ms != watermark_ms:
        save_built(ledger.engine, [], watermark_ms)


def _days_of(interval: Interval) -> set[int]:
    return set(range(interval.start_ms, interval.end_ms, DAY_MS))


def _mark_ended_silences_stale(
    state: WorkerState, recent: Mapping[str, RecentSamples], watermark_ms: int
) -> None:
    """Rebuild slots closed during a silence: they lack the energy the source came back with."""
    for device, of_device in recent.items():
        for source, samples in of_device.samples.items():
            after = int(np.searchsorted(samples.at_ms, watermark_ms))
            if not 0 < after < len(samples):
                continue
            start_ms, end_ms = samples.at_ms[after - 1 : after + 1].tolist()
            came_late = end_ms > watermark_ms + SETTLE_MS - VISIBLE_AFTER_MS
            if came_late and state.handled_silences.get((device, source)) != end_ms:
                state.handled_silences[device, source] = end_ms
                state.mark_stale(device, set(range(day_start(start_ms), watermark_ms, DAY_MS)))


def count_next(ledger: Ledger, state: WorkerState) -> float:
    """Count the next part of history, newest first; after the last, start a new round.

    Returns:
        How many seconds it took.
    """
    began_s = time.monotonic()
    recent_ms = day_start(ledger.status.current.watermark_ms or 0) - DAY_MS
    end_ms = recent_ms if state.counted_until_ms is None else state.counted_until_ms
    start_ms = max(end_ms - state.counted_at_once_ms, recent_ms - HISTORY_MS)
    try:
        stale = count_samples(ledger, state, Interval(start_ms, end_ms))
    except VictoriaMetricsRefusedError:
        state.counted_at_once_ms = MIN_COUNTED_MS  # too many samples for one query
        raise
    for device, days in stale.items():
        state.mark_stale(device, days)
    is_last = start_ms == recent_ms - HISTORY_MS
    state.counted_until_ms = None if is_last else start_ms
    state.counted_from_ms = 0 if is_last else min(start_ms, state.counted_from_ms or 0)
    before_ms = ledger.status.current.counted_from_ms
    ledger.status.update(
        counted_from_ms=0 if is_last or before_ms == 0 else start_ms, stale=state.stale_snapshot()
    )
    took_seconds = time.monotonic() - began_s
    state.counted_at_once_ms = _next_length(state.counted_at_once_ms, took_seconds)
    return took_seconds


def _next_length(counted_ms: int, took_seconds: float) -> int:
    if took_seconds < QUICK_SECONDS:
        return min(2 * counted_ms, HISTORY_MS)
    if took_seconds > SLOW_SECONDS:
        return max(counted_ms // 2 // DAY_MS * DAY_MS, MIN_COUNTED_MS)
    return counted_ms


def rebuild_next(ledger: Ledger, state: WorkerState) -> None:
    """Rebuild the next of the stale days."""
    begun = state.rebuild or RebuildProgress(time.monotonic())
    if not state.jobs:
        state.jobs = next_jobs(state.counts, state.rules, state.due())[::-1]
        begun = replace(begun, left_samples=_stale_samples(state))
    if not state.jobs:
        state.rebuild = None
    else:
        job = state.jobs[-1]
        watermark_ms = ledger.status.current.watermark_ms or 0
        build_and_save(ledger, state, job, ledger.now_ms(), watermark_ms)
        state.jobs.pop()
        state.rebuild = begun.after(job.samples)
    ledger.status.update(stale=state.stale_snapshot(), rebuild=state.rebuild)


def _stale_samples(state: WorkerState) -> int:
    return sum(
        of_source.get(day, 0)
        for device, days in state.stale.items()
        for of_source in state.counts.device_days(state.rules[device]).days
        for day in days
    )


def is_split_ahead(ledger: Ledger, state: WorkerState) -> bool:
    """Return whether the comparison with the month before is prepared for the next minutes."""
    if ledger.status.current.counted_from_ms != 0:
        return True  # what is stored may be stale
    return state.ahead_ms == _slot_ahead(ledger) and not state.ahead_devices


def split_ahead(ledger: Ledger, state: WorkerState) -> None:
    """Split the slot of the month before that a page will ask for, at each of its minutes.

    A running month is compared with the one before up to the same minute. The samples around the
    slot are fetched and judged once for all of its minutes, and no request waits for them.
    """
    slot_ms = _slot_ahead(ledger)
    if state.ahead_ms != slot_ms:
        state.ahead_ms, state.ahead_devices = slot_ms, list(state.rules)
    devices, state.ahead_devices = (
        state.ahead_devices[:AHEAD_DEVICES],
        state.ahead_devices[AHEAD_DEVICES:],
    )
    zone = ledger.home().zone
    minutes_ms = range(slot_ms, slot_ms + SLOT_MS, MINUTE_MS)
    edges_ms = np.unique([month_earlier(instant(each), zone) for each in minutes_ms])
    status = ledger.status.current
    if not status.lacks(devices, Interval(day_start(int(edges_ms[0])), int(edges_ms[-1]))):
        closed_sums(ledger, status, devices, edges_ms)


def _slot_ahead(ledger: Ledger) -> int:
    return slot_start(ledger.now_ms() + AHEAD_MS)
