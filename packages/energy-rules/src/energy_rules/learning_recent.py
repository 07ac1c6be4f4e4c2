"""Learn of a source from a list of its samples, without arrays: the same as `learning.learn`.

An exporter keeps few samples and little memory; the ledger has whole years.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from energy_rules.limits import (
    HELD_INTERVALS,
    HELD_MS,
    MAX_HELD_MW,
    MAX_RENEWAL_MS,
    MAX_UNSEEN_STEP_UWH,
    MIN_MULTIPLES_PERCENT,
    MIN_RISES,
    MIN_RISES_ALONE,
    MW_MS_PER_UWH,
    STEPS_UWH,
    Learned,
)
from energy_rules.quantities import DAY_MS, ROUNDING_UWH

type Point = tuple[int, int]  # Unix milliseconds, micro-watt-hours


def relearn(recent: Sequence[Point], before: Learned) -> Learned:
    """Learn from recent samples; what they are too few to show stays as it was.

    Args:
        recent: Samples of up to three days, in the order of time; fewer after a restart.
        before: What was learned from those before them.
    """
    learned = learn_recent(recent)
    changes = sum(one[1] != two[1] for one, two in pairwise(recent))
    lasted_ms = recent[-1][0] - recent[0][0] if recent else 0
    if before != Learned() and changes < MIN_RISES_ALONE:
        learned = replace(before, held_mw=max(before.held_mw, learned.held_mw))
    if lasted_ms < DAY_MS:
        learned = replace(learned, held_mw=max(before.held_mw, learned.held_mw))
    return learned


def learn_recent(recent: Sequence[Point]) -> Learned:
    """Return what the samples show."""
    step_uwh = _step_uwh([uwh for _, uwh in recent])
    if len(recent) < MIN_RISES:
        return Learned(step_uwh)
    gaps_ms = sorted(two[0] - one[0] for one, two in pairwise(recent))
    scrape_ms = gaps_ms[len(gaps_ms) // 2]
    rises = _rises(recent, step_uwh)
    renewal_ms = _renewal_ms([since_ms for _, since_ms in rises], scrape_ms)
    held_mw = _held_mw(recent, max(HELD_MS, renewal_ms * 6 // 5, scrape_ms * 6 // 5))
    if renewal_ms > HELD_MS:
        held_mw = max(held_mw, _second_power_mw(rises, renewal_ms))
    return Learned(step_uwh, renewal_ms, min(held_mw, MAX_HELD_MW))


def _step_uwh(values: Sequence[int]) -> int:
    rises = [rise for one, two in pairwise(values) if (rise := two - one) > ROUNDING_UWH]
    distinct = list(set(values))
    for step_uwh in STEPS_UWH:
        if len(rises) < MIN_RISES and step_uwh > MAX_UNSEEN_STEP_UWH:
            continue
        if _are_multiples(distinct, step_uwh):
            return step_uwh
        if len(rises) >= MIN_RISES_ALONE and _are_multiples(rises, step_uwh):
            return step_uwh
    return 1


def _are_multiples(values: Sequence[int], step_uwh: int) -> bool:
    fitting = sum((value + ROUNDING_UWH) % step_uwh <= 2 * ROUNDING_UWH for value in values)
    return fitting * 100 >= len(values) * MIN_MULTIPLES_PERCENT


def _rises(recent: Sequence[Point], step_uwh: int) -> list[Point]:
    """The rises of more than one step, each with the time since the change before it."""
    rises, changed_ms = list[Point](), recent[0][0]
    for (_, before_uwh), (at_ms, uwh) in pairwise(recent):
        if abs(uwh - before_uwh) > ROUNDING_UWH:
            if uwh - before_uwh > step_uwh:
                rises.append((uwh - before_uwh, at_ms - changed_ms))
            changed_ms = at_ms
    return rises


def _second_power_mw(rises: Sequence[Point], renewal_ms: int) -> int:
    """The second highest power of one whole renewal."""
    powers_mw = sorted(
        power_mw
        for uwh, since_ms in rises
        if abs(since_ms - renewal_ms) * 5 <= renewal_ms
        and (power_mw := uwh * MW_MS_PER_UWH // since_ms) <= MAX_HELD_MW
    )
    return powers_mw[-2] if len(powers_mw) > 1 else 0


def _renewal_ms(since_ms: Sequence[int], scrape_ms: int) -> int:
    """How often the value is renewed: the shortest usual time between changes, or 0."""
    if len(since_ms) < MIN_RISES:
        return 0
    shortest_ms = sorted(since_ms)[len(since_ms) // 10]
    if shortest_ms * 2 <= scrape_ms * 3 or shortest_ms > MAX_RENEWAL_MS:
        return 0
    near = sum(abs(since - shortest_ms) * 5 <= shortest_ms for since in since_ms)
    is_usual = near * 2 >= len(since_ms) or _are_regular(since_ms, shortest_ms, scrape_ms)
    return shortest_ms if is_usual else 0


def _are_regular(since_ms: Sequence[int], renewal_ms: int, scrape_ms: int) -> bool:
    """Whether most changes came after whole numbers of renewals."""
    regular = 0
    for since in since_ms:
        times = max(1, (since + renewal_ms // 2) // renewal_ms)
        tolerance_ms = max(scrape_ms * 3 // 2, renewal_ms // 50) * times
        regular += abs(since - times * renewal_ms) <= tolerance_ms
    return len(since_ms) > MIN_RISES and regular * 10 >= len(since_ms) * 8


def _held_mw(recent: Sequence[Point], held_ms: int) -> int:
    """The highest power that three neighbouring intervals all reached."""
    intervals: list[tuple[int, int, int]] = []  # number, highest value, last instant
    for at_ms, uwh in recent:
        number = at_ms // held_ms
        if intervals and intervals[-1][0] == number:
            intervals[-1] = number, max(intervals[-1][1], uwh), at_ms
        else:
            intervals.append((number, uwh, at_ms))
    powers_mw = [
        (two[1] - one[1]) * MW_MS_PER_UWH // max(1, two[2] - one[2]) if two[0] - one[0] == 1 else 0
        for one, two in pairwise(intervals)
    ]
    neighbours = zip(*(powers_mw[first:] for first in range(HELD_INTERVALS)), strict=False)
    return max(0, max((min(each) for each in neighbours), default=0))
