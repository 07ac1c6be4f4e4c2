"""Find days that are behind, by counting history, and make them again."""

import time
from dataclasses import replace

from bff.grid import DAY_MS, day_start
from bff.ledger.ledger import Ledger
from bff.ledger.plan import newest_jobs, samples_in
from bff.ledger.standing import Rebuild
from bff.ledger.work import Work, build_and_keep, count, put_behind, shown
from bff.stretch import Stretch
from bff.victoriametrics.client import VictoriaMetricsRefused

HISTORY_MS = 3653 * DAY_MS
# How much is counted at once follows how long it takes.
LEAST_COUNTED_MS = 32 * DAY_MS
QUICK_SECONDS, SLOW_SECONDS = 0.1, 1.0


def count_more(ledger: Ledger, work: Work) -> float:
    """Count the next part of history, newest first; after the last, begin anew.

    Returns:
        How many seconds it took.
    """
    began_s = time.monotonic()
    recent_ms = day_start(ledger.board.now.frontier_ms or 0) - DAY_MS
    end_ms = recent_ms if work.counted_until_ms is None else work.counted_until_ms
    start_ms = max(end_ms - work.counted_at_once_ms, recent_ms - HISTORY_MS)
    try:
        stale = count(ledger, work, Stretch(start_ms, end_ms))
    except VictoriaMetricsRefused:
        work.counted_at_once_ms = LEAST_COUNTED_MS  # too many samples for one question
        raise
    for device, days in stale.items():
        put_behind(work, device, days)
    is_last = start_ms == recent_ms - HISTORY_MS
    work.counted_until_ms = None if is_last else start_ms
    before_ms = ledger.board.now.counted_from_ms
    ledger.board.change(
        counted_from_ms=0 if is_last or before_ms == 0 else start_ms, behind=shown(work)
    )
    took_seconds = time.monotonic() - began_s
    work.counted_at_once_ms = _next_length(work.counted_at_once_ms, took_seconds)
    return took_seconds


def _next_length(counted_ms: int, took_seconds: float) -> int:
    if took_seconds < QUICK_SECONDS:
        return min(2 * counted_ms, HISTORY_MS)
    if took_seconds > SLOW_SECONDS:
        return max(counted_ms // 2 // DAY_MS * DAY_MS, LEAST_COUNTED_MS)
    return counted_ms


def build_more(ledger: Ledger, work: Work) -> None:
    """Make the next of the days that are behind."""
    begun = work.rebuild or Rebuild(time.monotonic())
    if not work.jobs:
        work.jobs = newest_jobs(work.census, work.rules, work.behind)[::-1]
        begun = replace(begun, left_samples=_samples_behind(work))
    if not work.jobs:
        work.rebuild = None
    else:
        job = work.jobs[-1]
        build_and_keep(ledger, work, job, ledger.now_ms(), ledger.board.now.frontier_ms or 0)
        work.jobs.pop()
        work.rebuild = begun.after(sum(samples_in(known, job.days) for known in job.devices))
    ledger.board.change(behind=shown(work), rebuild=work.rebuild)


def _samples_behind(work: Work) -> int:
    return sum(
        of_source.get(day, 0)
        for device, days in work.behind.items()
        for of_source in work.census.known(work.rules[device]).days
        for day in days
    )
