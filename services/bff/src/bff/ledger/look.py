"""Look at what came since the frontier: close the slots that have settled, read the rest."""

from collections.abc import Mapping, Sequence

import numpy as np

from bff.grid import DAY_MS, day_start, slot_start
from bff.ledger.clean import Pieces
from bff.ledger.gather import Stretch, gather
from bff.ledger.ledger import Ledger
from bff.ledger.plan import newest_jobs
from bff.ledger.slots import pieces_of
from bff.ledger.store import write_built
from bff.ledger.tail import make_tail
from bff.ledger.work import Work, build_and_keep, count, put_behind, samples_of, shown

# Slots are closed when samples polled every few minutes have arrived on both of their sides.
SETTLE_MS = 20 * 60_000


def look(ledger: Ledger, work: Work) -> None:
    """Bring stored slots up to the frontier and the tail up to now; then show both.

    Until both are done those who ask get the previous standing, which is complete in itself.
    """
    now_ms = ledger.now_ms()
    frontier_ms = slot_start(now_ms - SETTLE_MS)
    _close(ledger, work, now_ms, frontier_ms)
    everyone = [work.census.known(rules) for rules in work.rules.values()]
    pieces = {
        known.rules.device: pieces_of(known.rules, counters)
        for known, counters in gather(
            samples_of(ledger, now_ms), everyone, Stretch(frontier_ms, now_ms + 1)
        )
    }
    _notice_ended_silences(work, pieces, frontier_ms)
    ledger.board.change(
        frontier_ms=frontier_ms,
        tail=make_tail(pieces, frontier_ms, now_ms),
        behind=shown(work),
        down=None,
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


def _notice_ended_silences(
    work: Work, pieces: Mapping[str, Sequence[Pieces]], frontier_ms: int
) -> None:
    """Slots closed while a source was silent know nothing of the energy that it came back with."""
    for device, sources in pieces.items():
        for source, of_source in enumerate(sources):
            position = int(np.searchsorted(of_source.end_ms, frontier_ms, side="right"))
            if position == len(of_source.end_ms):
                continue
            start_ms = int(of_source.start_ms[position])
            end_ms = int(of_source.end_ms[position])
            came_late = start_ms < frontier_ms and end_ms > frontier_ms + SETTLE_MS - 60_000
            if came_late and work.seen_silences.get((device, source)) != end_ms:
                work.seen_silences[device, source] = end_ms
                days = range(day_start(start_ms), frontier_ms, DAY_MS)
                put_behind(work, device, set(days))
