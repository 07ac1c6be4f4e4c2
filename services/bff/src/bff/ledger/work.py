"""What the follower's thread has in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bff.grid import DAY_MS
from bff.ledger.build import Job, build
from bff.ledger.census import Census
from bff.ledger.gather import Samples
from bff.ledger.ledger import Ledger
from bff.ledger.marks import fingerprint_in
from bff.ledger.rules import DeviceRules
from bff.ledger.standing import Rebuild
from bff.ledger.store import Built, write_built
from bff.stretch import Stretch
from bff.victoriametrics.samples import Meter, fetch_day_counts, select_all


@dataclass(slots=True)
class Work:
    """The state of one follower; what it shares with others is on the ledger's board.

    Attributes:
        census: What was counted and built.
        rules: The rules of every device when last looked.
        behind: Days to be made again, by device; never an empty set.
        jobs: What is being built of them.
        counted_until_ms: History from here on was counted in this round; None at its start.
        counted_at_once_ms: How much of it is counted next.
        rebuild: How far making the days of `behind` has come; None when none is.
        seen_silences: When the last silence of a device's source ended whose slots were made again.
    """

    census: Census = field(default_factory=Census)
    rules: Mapping[str, DeviceRules] = field(default_factory=dict)
    behind: dict[str, set[int]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    counted_until_ms: int | None = None
    counted_at_once_ms: int = 64 * DAY_MS
    rebuild: Rebuild | None = None
    seen_silences: dict[Meter, int] = field(default_factory=dict)


def begin(rules: Mapping[str, DeviceRules], marks: Mapping[str, dict[int, str]]) -> Work:
    """What is in hand at a start: nothing counted yet, but slots by other rules are behind."""
    work = Work(census=Census(marks={**marks}), rules=rules)
    for device, days in marks.items():
        if device in rules:
            fingerprint = rules[device].fingerprint
            other = {day for day, mark in days.items() if fingerprint_in(mark) != fingerprint}
            put_behind(work, device, other)
    return work


def put_behind(work: Work, device: str, days: set[int]) -> None:
    """These days are to be made again."""
    if days:
        work.behind.setdefault(device, set()).update(days)


def samples_of(ledger: Ledger, now_ms: int) -> Samples:
    """Where the follower's samples come from."""
    return Samples(ledger.victoriametrics, select_all(ledger.home()), now_ms)


def count(ledger: Ledger, work: Work, stretch: Stretch) -> dict[str, set[int]]:
    """Count the samples of a stretch of whole days (or a part of one); what is stale, by device."""
    counted = fetch_day_counts(
        ledger.victoriametrics, select_all(ledger.home()), stretch.start_ms, stretch.end_ms
    )
    work.census.enter(counted, stretch)
    stale = {device: work.census.stale(rules, stretch) for device, rules in work.rules.items()}
    return {device: days for device, days in stale.items() if days}


def build_and_keep(ledger: Ledger, work: Work, job: Job, now_ms: int, frontier_ms: int) -> None:
    """Build a job, write it in one transaction, and remember what the slots were made from."""
    built = list(build(samples_of(ledger, now_ms), job, frontier_ms))
    write_built(ledger.engine, built)
    for each in built:
        remember(work, each)


def remember(work: Work, built: Built) -> None:
    """These slots are now those of the database."""
    marks = work.census.marks.setdefault(built.device, {})
    for day in [day for day in marks if built.start_ms <= day < built.end_ms]:
        del marks[day]
    marks.update((day.day_ms, day.mark) for day in built.days)
    behind = work.behind.pop(built.device, set())
    left = {day for day in behind if not built.start_ms <= day < built.end_ms}
    put_behind(work, built.device, left)


def shown(work: Work) -> Mapping[str, frozenset[int]]:
    """`behind` as others may read it while it changes."""
    return {device: frozenset(days) for device, days in work.behind.items()}
