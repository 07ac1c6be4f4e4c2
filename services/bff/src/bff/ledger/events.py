"""Events: what makes a counter or a device doubtful, one after the other. Pure.

A question is energy that is missing until a person answers; a notice needs no answer. A loss of
samples takes no energy away: nothing changes until a person decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from bff.db.tables import QUESTIONS, EventKind, KeptKind, QuestionKind
from bff.energy import Integers, Slots
from bff.ledger.slots import DeviceRules, JudgedDevice
from bff.time_grid import DAY_MS, SLOT_MS, Interval, day_start
from energy_rules.limits import MW_MS_PER_UWH, energy_uwh
from energy_rules.sources import Stuck, between
from energy_rules.state import Note, NoteKind

# They come from what is stored, not from samples: no rebuild replaces them.
KEPT_KINDS: Sequence[KeptKind] = get_args(KeptKind.__value__)
SAMPLES_LOST: KeptKind = "samples_lost"
DAMAGED: KeptKind = "ledger_damaged"
# A person decides on them.
OPEN_KINDS: Sequence[EventKind] = (*QUESTIONS, SAMPLES_LOST)
# A day or two: an outage while VictoriaMetrics wrote, or a test.
MAX_LOST_DAYS = 3
KINDS: Mapping[NoteKind, QuestionKind] = {
    NoteKind.DOUBTFUL_RISE: "doubtful_rise",
    NoteKind.DOUBTFUL_RESTART: "doubtful_restart",
    NoteKind.FALL: "fall",
}
# Two sources of one device of which one reads in another unit: their ratio, and since when it is
# no chance.
FACTOR_TENTHS = (90, 110)
MIN_FACTOR_UWH = 50_000_000


@dataclass(frozen=True, slots=True)
class CounterEvent:
    """One event of a device.

    Attributes:
        device: Its id.
        source: The source that showed it.
        kind: What it is.
        since_ms: When it began: for a question the good sample before it. Unix milliseconds.
        at_ms: The sample that showed it; for all others the end, or that of the UTC day.
        before_uwh: The counter before; for `factor_of_ten` what the other source measured.
        after_uwh: The counter after; for `factor_of_ten` what this source measured.
        uwh: The energy at stake, micro-watt-hours.
        max_mw: For `over_rating` the highest mean power of a slot, milliwatts.
    """

    device: str
    source: str
    kind: EventKind
    since_ms: int
    at_ms: int
    before_uwh: int | None
    after_uwh: int | None
    uwh: int
    max_mw: int | None = None

    @property
    def event_id(self) -> str:
        """An id that stays the same however often the day is built."""
        # A question keeps it whatever is learned later; a notice lies within one day. A loss is
        # found day by day, the newest first.
        which = self.at_ms if self.kind in QUESTIONS else (self.kind, self.day_ms)
        if self.kind == SAMPLES_LOST:
            which = (self.kind, self.at_ms)
        return sha256(repr((self.device, self.source, which)).encode()).hexdigest()[:16]

    @property
    def day_ms(self) -> int:
        """The UTC day that it belongs to."""
        return day_start(self.at_ms if self.kind in QUESTIONS else self.since_ms)


@dataclass(frozen=True, slots=True)
class LostDay:
    """An archived day: a source that lost samples of it, and the energy that is kept of it."""

    day_ms: int
    source: str
    uwh: int


def loss_of(
    device: str, lost: Sequence[LostDay], decided: Sequence[Interval]
) -> CounterEvent | None:
    """Return the event of a loss of samples that no one has decided on; None for few days.

    Args:
        device: Its id.
        lost: Its archived days that VictoriaMetrics should still have samples of.
        decided: The intervals that a person decided on.
    """
    open_days = [
        day
        for day in lost
        if not any(each.start_ms <= day.day_ms < each.end_ms for each in decided)
    ]
    if len(open_days) <= MAX_LOST_DAYS:
        return None
    newest = max(open_days, key=lambda day: day.day_ms)
    first_ms = min(day.day_ms for day in open_days)
    uwh = sum(day.uwh for day in open_days)
    end_ms = newest.day_ms + DAY_MS
    return CounterEvent(device, newest.source, SAMPLES_LOST, first_ms, end_ms, None, None, uwh)


def events_of(
    rules: DeviceRules, judged: JudgedDevice, slots: Slots, interval: Interval
) -> Iterator[CounterEvent]:
    """Return the events of a device that belong to the days of an interval."""
    for source, of_source in zip(rules.sources, judged.sources, strict=True):
        yield from _within(_questions(rules.device, source, of_source.notes), interval)
    for stuck in judged.stuck:
        yield from _within(_stuck_by_day(rules, stuck), interval)
    yield from _over_rating(rules, judged, slots, interval)
    yield from _factors_of_ten(rules, judged, interval)


def _within(events: Iterator[CounterEvent], interval: Interval) -> Iterator[CounterEvent]:
    return (event for event in events if interval.start_ms <= event.day_ms < interval.end_ms)


def _questions(device: str, source: str, notes: Sequence[Note]) -> Iterator[CounterEvent]:
    freed = {note.at_ms for note in notes if note.kind is NoteKind.FREED}
    for note in notes:
        if (kind := KINDS.get(note.kind)) is not None and note.at_ms not in freed:
            yield CounterEvent(
                device,
                source,
                kind,
                note.since_ms,
                note.at_ms,
                note.before_uwh,
                note.after_uwh,
                note.uwh,
            )


def _stuck_by_day(rules: DeviceRules, stuck: Stuck) -> Iterator[CounterEvent]:
    """One event for each day: how long a source was stuck depends on how far one looks back."""
    lasted_ms = stuck.end_ms - stuck.start_ms
    for day_ms in range(day_start(stuck.start_ms), stuck.end_ms, DAY_MS):
        start_ms, end_ms = max(day_ms, stuck.start_ms), min(day_ms + DAY_MS, stuck.end_ms)
        uwh = stuck.uwh * (end_ms - start_ms) // lasted_ms
        source = rules.sources[stuck.source]
        yield CounterEvent(rules.device, source, "stuck", start_ms, end_ms, None, None, uwh)


def _over_rating(
    rules: DeviceRules, judged: JudgedDevice, slots: Slots, interval: Interval
) -> Iterator[CounterEvent]:
    """One event for each day with a slot whose mean power is above what the device is rated for."""
    if rules.rated_mw is None:
        return
    steps_uwh = np.array([source.step_uwh for source in judged.sources], dtype=np.int64)
    measured_uwh = slots.amounts.measured_uwh
    # A coarse counter may show one step more than was used in the slot.
    certain_uwh = measured_uwh - steps_uwh[slots.source]
    over = np.flatnonzero(certain_uwh > energy_uwh(rules.rated_mw, SLOT_MS))
    start_ms = interval.start_ms + over * SLOT_MS
    for day_ms in np.unique(start_ms // DAY_MS * DAY_MS).tolist():
        of_day = over[start_ms // DAY_MS * DAY_MS == day_ms]
        first_ms = interval.start_ms + int(of_day[0]) * SLOT_MS
        last_ms = interval.start_ms + (int(of_day[-1]) + 1) * SLOT_MS
        yield CounterEvent(
            rules.device,
            rules.sources[int(slots.source[of_day[0]])],
            "over_rating",
            first_ms,
            last_ms,
            None,
            None,
            int(measured_uwh[of_day].sum()),
            int(measured_uwh[of_day].max()) * MW_MS_PER_UWH // SLOT_MS,
        )


def _factors_of_ten(
    rules: DeviceRules, judged: JudgedDevice, interval: Interval
) -> Iterator[CounterEvent]:
    """Days on which one source measured ten times as much as another one, in the same slots."""
    if len(rules.sources) == 1:
        return
    days_ms = np.arange(day_start(interval.start_ms), interval.end_ms, DAY_MS)
    measured = [between(spans, np.append(days_ms, days_ms[-1] + DAY_MS)) for spans in judged.spans]
    for one, other in combinations(range(len(rules.sources)), 2):
        both = np.stack([measured[one].measured_uwh, measured[other].measured_uwh])
        covered = np.stack([measured[one].measured_ms, measured[other].measured_ms])
        for day in _is_tenfold(both, covered).nonzero()[0].tolist():
            high = one if both[0, day] > both[1, day] else other
            less_uwh, more_uwh = sorted(both[:, day].tolist())
            day_ms = int(days_ms[day])
            yield CounterEvent(
                rules.device,
                rules.sources[high],
                "factor_of_ten",
                day_ms,
                day_ms + DAY_MS,
                less_uwh,
                more_uwh,
                more_uwh - less_uwh,
            )


def _is_tenfold(uwh: Integers, covered_ms: Integers) -> NDArray[np.bool_]:
    """Whether two sources that measured nearly the same time differ by ten."""
    less, more = uwh.min(axis=0), uwh.max(axis=0)
    same_time = covered_ms.min(axis=0) * 10 >= covered_ms.max(axis=0) * 9
    low, high = FACTOR_TENTHS
    ratio = (more * 10 >= less * low) & (more * 10 <= less * high)
    return same_time & ratio & (more >= MIN_FACTOR_UWH)
