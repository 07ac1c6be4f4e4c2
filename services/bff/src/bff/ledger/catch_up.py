"""Find days that are behind, by counting history, and make them again."""

import time

from bff.grid import DAY_MS, day_start
from bff.ledger.gather import Stretch
from bff.ledger.ledger import Ledger
from bff.ledger.plan import newest_jobs, samples_in
from bff.ledger.standing import Rebuild
from bff.ledger.work import Work, build_and_keep, count, put_behind, shown

HISTORY_MS = 3653 * DAY_MS
COUNTED_AT_ONCE_MS = 92 * DAY_MS


def count_more(ledger: Ledger, work: Work) -> None:
    """Count the next quarter of a year of history, newest first; after the last, begin anew."""
    recent_ms = day_start(ledger.board.now.frontier_ms or 0) - DAY_MS
    end_ms = recent_ms if work.uncounted_before_ms is None else work.uncounted_before_ms
    start_ms = end_ms - COUNTED_AT_ONCE_MS
    for device, days in count(ledger, work, Stretch(start_ms, end_ms)).items():
        put_behind(work, device, days)
    work.uncounted_before_ms = start_ms
    counted_from_ms = min(start_ms, _counted_from(ledger, start_ms))
    if start_ms < recent_ms - HISTORY_MS:
        work.uncounted_before_ms, counted_from_ms = None, 0
    ledger.board.change(counted_from_ms=counted_from_ms, behind=shown(work))


def _counted_from(ledger: Ledger, start_ms: int) -> int:
    before = ledger.board.now.counted_from_ms
    return start_ms if before is None else before


def build_more(ledger: Ledger, work: Work) -> None:
    """Make the next of the days that are behind."""
    work.jobs = work.jobs or newest_jobs(work.census, work.rules, work.behind)[::-1]
    if not work.jobs:
        work.rebuild = None
        ledger.board.change(behind={}, rebuild=None)
        return
    begun = work.rebuild or Rebuild(time.monotonic())
    job = work.jobs[-1]
    build_and_keep(ledger, work, job, ledger.now_ms(), ledger.board.now.frontier_ms or 0)
    work.jobs.pop()
    done = sum(samples_in(known, job.days) for known in job.devices)
    work.rebuild = Rebuild(begun.since_s, begun.done_samples + done, _left(work))
    ledger.board.change(behind=shown(work), rebuild=work.rebuild)


def _left(work: Work) -> int:
    return sum(
        known.days[source].get(day, 0)
        for device, days in work.behind.items()
        for known in [work.census.known(work.rules[device])]
        for source in range(len(known.days))
        for day in days
    )
