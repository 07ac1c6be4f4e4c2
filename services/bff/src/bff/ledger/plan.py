"""What to build next: the newest days first, because they are looked at most. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bff.grid import DAY_MS
from bff.ledger.build import Job
from bff.ledger.census import Census
from bff.ledger.gather import Known
from bff.ledger.rules import DeviceRules
from bff.stretch import Stretch

WINDOW_MS = 32 * DAY_MS
# Bounds the memory of a job: a sample takes about 150 bytes while its JSON is read.
MOST_SAMPLES = 400_000

type StaleDays = Mapping[str, set[int]]


def samples_in(known: Known, stretch: Stretch) -> int:
    """How many samples a device has in a stretch of whole days."""
    return sum(
        samples
        for days in known.days
        for day, samples in days.items()
        if stretch.start_ms <= day < stretch.end_ms
    )


def newest_jobs(census: Census, rules: Mapping[str, DeviceRules], stale: StaleDays) -> list[Job]:
    """All jobs for the newest stretch of time that has stale days; none when there are none."""
    newest = max((max(days) for days in stale.values() if days), default=None)
    if newest is None:
        return []
    window_ms = newest // WINDOW_MS * WINDOW_MS
    together: dict[Stretch, list[Known]] = defaultdict(list)
    for device, days in stale.items():
        here = {day for day in days if day >= window_ms}
        if here:
            stretch = _without_other_jobs(census.affected(rules[device], here), here, days)
            together[stretch].append(census.known(rules[device]))
    return [job for stretch, devices in together.items() for job in _bounded(devices, stretch)]


def _without_other_jobs(affected: Stretch, here: set[int], stale: set[int]) -> Stretch:
    """Leave out days at the ends that are stale themselves: their own job will make them."""
    start_ms, end_ms = affected.start_ms, affected.end_ms
    while start_ms < min(here) and start_ms in stale:
        start_ms += DAY_MS
    while end_ms > max(here) + DAY_MS and end_ms - DAY_MS in stale:
        end_ms -= DAY_MS
    return Stretch(start_ms, end_ms)


def _bounded(devices: list[Known], stretch: Stretch) -> Iterator[Job]:
    batch: list[Known] = []
    samples = 0
    for known in devices:
        more = samples_in(known, stretch)
        if batch and samples + more > MOST_SAMPLES:
            yield Job(batch, stretch)
            batch, samples = [], 0
        batch.append(known)
        samples += more
    if batch:
        yield Job(batch, stretch)
