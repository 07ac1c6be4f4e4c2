"""Look at what came since the frontier: close the slots that have settled, read the rest."""

from collections.abc import Mapping

import numpy as np

from bff.grid import DAY_MS, day_start, slot_start
from bff.ledger.gather import gather
from bff.ledger.ledger import Ledger
from bff.ledger.plan import newest_jobs
from bff.ledger.store import write_built
from bff.ledger.tail import Heard, Tail
from bff.ledger.work import Work, build_and_keep, count, put_behind, samples_of, shown
from bff.stretch import Stretch

# Slots are closed when samples polled every few minutes have arrived on both of their sides.
SETTLE_MS = 20 * 60_000
# VictoriaMetrics shows a sample within this time of having got it.
SHOWN_AFTER_MS = 60_000


def look(ledger: Ledger, work: Work) -> None:
    """Bring stored slots up to the frontier and the tail up to now; then show both.

    Until both are done those who ask get the previous standing, which is complete in itself.
    """
    now_ms = ledger.now_ms()
    frontier_ms = slot_start(now_ms - SETTLE_MS)
    _close(ledger, work, now_ms, frontier_ms)
    everyone = [work.census.known(rules) for rules in work.rules.values()]
    since = Stretch(frontier_ms, now_ms + 1)
    heard = {
        known.rules.device: Heard(known.rules, counters)
        for known, counters in gather(samples_of(ledger, now_ms), everyone, since)
    }
    _notice_ended_silences(work, heard, frontier_ms)
    ledger.board.change(
        frontier_ms=frontier_ms,
        tail=Tail(frontier_ms, now_ms, heard),
        behind=shown(work),
    )


def _close(ledger: Ledger, work: Work, now_ms: int, frontier_ms: int) -> None:
    today_ms = day_start(frontier_ms)
    stale = count(ledger, work, Stretch(today_ms - DAY_MS, today_ms))
    for device, days in count(ledger, work, Stretch(today_ms, frontier_ms)).items():
        stale.setdefault(device, set()).update(days)
    jobs = []
    while any(stale.values()):
        jobs += (newest := newest_jobs(work.census, work.rules, stale))
        for job in newest:
            for known in job.devices:
                stale[known.rules.device] -= _days_of(job.days)
    for job in jobs:
        build_and_keep(ledger, work, job, now_ms, frontier_ms)
    if jobs or ledger.board.now.frontier_ms != frontier_ms:
        write_built(ledger.engine, [], frontier_ms)


def _days_of(stretch: Stretch) -> set[int]:
    return set(range(stretch.start_ms, stretch.end_ms, DAY_MS))


def _notice_ended_silences(work: Work, heard: Mapping[str, Heard], frontier_ms: int) -> None:
    """Slots closed while a source was silent know nothing of the energy that it came back with."""
    for device, of_device in heard.items():
        for source, counter in of_device.counters.items():
            after = int(np.searchsorted(counter.at_ms, frontier_ms))
            if not 0 < after < len(counter):
                continue
            start_ms, end_ms = counter.at_ms[after - 1 : after + 1].tolist()
            came_late = end_ms > frontier_ms + SETTLE_MS - SHOWN_AFTER_MS
            if came_late and work.seen_silences.get((device, source)) != end_ms:
                work.seen_silences[device, source] = end_ms
                put_behind(work, device, set(range(day_start(start_ms), frontier_ms, DAY_MS)))
