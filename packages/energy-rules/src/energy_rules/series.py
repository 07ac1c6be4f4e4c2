"""Judge all samples of an interval at once: whole arrays where nothing is unusual.

A cheap test of neighbours finds what needs no further look. Everything else goes through the
same decisions as a stream, one sample after the other, until samples are plain again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Self

import numpy as np

from energy_rules.decisions import LOOK_AHEAD_MS, Rules, decide, settle
from energy_rules.history import History
from energy_rules.learning import learn
from energy_rules.limits import (
    MAX_PLATEAU_MS,
    MAX_UNASKED_SPAN_MS,
    Bounds,
    Learned,
    Limits,
    bounds_of,
    max_jumpless_uwh,
    max_rise_uwh,
)
from energy_rules.quantities import HOUR_MS, ROUNDING_UWH, Booleans, Int64s
from energy_rules.sources import Samples, Spans, flatten, join, spans_of
from energy_rules.state import (
    Answer,
    Decision,
    Note,
    NoteKind,
    Quality,
    Sample,
    Span,
    State,
    first_state,
)

FEW_SAMPLES = 4
# So many falls may hide how often a counter is renewed.
MIN_FALLS = 1
DOUBTS = (NoteKind.DOUBTFUL_RISE, NoteKind.DOUBTFUL_RESTART)


@dataclass(frozen=True, slots=True)
class Power:
    """The energy by the device's own power up to each sample; see `Sample`."""

    uwh: Int64s
    known_ms: Int64s


@dataclass(frozen=True, slots=True)
class Question:
    """What to judge the samples of one source by.

    Attributes:
        bounds: What is possible.
        past: The hours before the first sample.
        now_ms: Up to when all samples are there.
        answers: The decisions of a person on doubts, by the instant of the sample that showed them.
        power: The energy by the device's own power, where it is known.
    """

    bounds: Bounds
    now_ms: int
    past: History = field(default_factory=History)
    answers: Mapping[int, Answer] = field(default_factory=dict)
    power: Power | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the samples come to.

    Attributes:
        booked: Energy and known time as they were decided on.
        spans: The same, sorted and not overlapping.
        notes: What happened to the counter, in the order of time.
        settled_ms: Later energy may still change with samples to come; None when none was left.
    """

    booked: Spans
    spans: Spans
    notes: Sequence[Note]
    settled_ms: int | None

    def ordinary(self) -> Spans:
        """Return what was booked of the energy that the device usually uses."""
        return self.booked.part(self.booked.ordinary)


def judge(samples: Samples, question: Question) -> Judged:
    """Return the energy of a source."""
    if not len(samples):
        nothing = spans_of([])
        return Judged(nothing, nothing, [], None)
    run = _Run(_Prepared.of(samples, question.bounds, question.answers), question)
    run.finish()
    booked = join([*run.booked, spans_of(run.loose_end())])
    notes = sorted(run.notes, key=lambda note: note.at_ms)
    return Judged(booked, flatten(booked), notes, run.settled_ms)


def learn_cleaned(samples: Samples, limits: Limits) -> Learned:
    """Learn from what is left of samples when those that never happened are left out.

    A few of these change nothing; a second reader whose values are old, or a clock that was set
    back, hide how often the counter is renewed.
    """
    learned = learn(samples)
    falls = np.count_nonzero(np.diff(samples.uwh) < -max(ROUNDING_UWH, learned.step_uwh))
    if falls < MIN_FALLS:
        return learned
    question = Question(bounds_of(limits, learned), int(samples.at_ms[-1]))
    wrong = {
        (note.at_ms, note.after_uwh)
        for note in judge(samples, question).notes
        if note.kind is NoteKind.LEFT_OUT
    }
    both = zip(samples.at_ms.tolist(), samples.uwh.tolist(), strict=True)
    good = np.array([sample not in wrong for sample in both])
    return learn(samples.part(good))


def known_use(samples: Samples, limits: Limits) -> History:
    """Return what samples show of a device's use: the `past` of a question about later ones."""
    history = History()
    if len(samples):
        bounds = bounds_of(limits, learn_cleaned(samples, limits))
        _add_spans(history, judge(samples, Question(bounds, int(samples.at_ms[-1]))).ordinary())
    return history


@dataclass(frozen=True, slots=True)
class _Rises:
    """All samples that show another value than the one before; of a plain sample that is a rise.

    Attributes:
        position: Which samples these are, in order.
        at_ms: Their instants.
        uwh: By how much each is above the one before it.
        span_ms: Over which time that is spread.
    """

    position: Int64s
    at_ms: Int64s
    uwh: Int64s
    span_ms: Int64s

    def part(self, start: int, end: int) -> Self:
        """Return those of the samples from one position until before another."""
        which = slice(*np.searchsorted(self.position, [start, end]).tolist())
        return type(self)(
            self.position[which], self.at_ms[which], self.uwh[which], self.span_ms[which]
        )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The samples with what neighbours show of each.

    Attributes:
        at_ms: Instants.
        raw_uwh: Values as they were read.
        uwh: The same without trembling.
        rises: Where they changed.
        unusual: The positions of those that need a decision, in order.
    """

    at_ms: Int64s
    raw_uwh: Int64s
    uwh: Int64s
    rises: _Rises
    unusual: Int64s

    @classmethod
    def of(cls, samples: Samples, bounds: Bounds, answers: Mapping[int, Answer]) -> Self:
        """Compare each sample with the one before it."""
        trembling_uwh = max(ROUNDING_UWH, bounds.step_uwh)
        uwh, rise_uwh = samples.uwh, _differences(samples.uwh)
        gap_ms = _differences(samples.at_ms)
        unusual = gap_ms > bounds.gap_limit_ms
        if rise_uwh.min() < 0:
            fallen = rise_uwh < -trembling_uwh
            uwh = _without_trembling(samples.uwh, fallen)
            rise_uwh = _differences(uwh)
            unusual |= fallen | (uwh - samples.uwh > trembling_uwh)
        rises, doubtful = _compare(bounds, samples.at_ms, rise_uwh, gap_ms)
        unusual[doubtful] = True
        if answers:
            unusual |= np.isin(samples.at_ms, list(answers))
        return cls(samples.at_ms, samples.uwh, uwh, rises, np.flatnonzero(unusual))

    def changed_at(self, position: int) -> int:
        """Return the position of the sample that showed the value of this one first."""
        up_to = int(np.searchsorted(self.rises.position, position, side="right"))
        return int(self.rises.position[up_to - 1]) if up_to else 0


def _differences(values: Int64s) -> Int64s:
    """By how much each value is above the one before it; 0 for the first."""
    differences = np.zeros_like(values)
    np.subtract(values[1:], values[:-1], out=differences[1:])
    return differences


def _without_trembling(uwh: Int64s, fallen: Booleans) -> Int64s:
    """The highest value since the counter last fell for more than a step."""
    edges = [0, *np.flatnonzero(fallen).tolist(), len(uwh)]
    highest = uwh.copy()
    for start, end in pairwise(edges):
        np.maximum.accumulate(uwh[start:end], out=highest[start:end])
    return highest


def _add_spans(history: History, spans: Spans) -> None:
    """Add many spans to a history; the same as adding one after the other."""
    first = spans.start_ms // HOUR_MS
    within = (spans.end_ms - 1) // HOUR_MS == first
    numbers, place = np.unique(first[within], return_inverse=True)
    sums = np.zeros((2, len(numbers)), dtype=np.int64)
    np.add.at(sums[0], place, spans.uwh[within])
    np.add.at(sums[1], place, (spans.end_ms - spans.start_ms)[within])
    for number, of_hour, measured_ms in zip(numbers.tolist(), *sums.tolist(), strict=True):
        history.add_to_hour(number, of_hour, measured_ms)
    for at in np.flatnonzero(~within & (spans.end_ms > spans.start_ms)).tolist():
        history.add(int(spans.start_ms[at]), int(spans.end_ms[at]), int(spans.uwh[at]))


class _Past:
    """What the device is known to use; spans are only added up when that is asked."""

    def __init__(self, past: History) -> None:
        self._history = History(dict(past.hours))
        self._waiting: list[Spans] = []
        self._single: list[Span] = []

    def add(self, spans: Spans) -> None:
        """Take these into account, but for those that are not ordinary."""
        self._waiting.append(spans)

    def add_one_by_one(self, spans: Sequence[Span]) -> None:
        """Take these into account likewise."""
        self._single.extend(span for span in spans if span.ordinary)

    def _up_to_date(self) -> History:
        waiting, single, self._waiting, self._single = self._waiting, self._single, [], []
        for spans in (*waiting, spans_of(single)):
            ordinary = spans.part(spans.ordinary)
            _add_spans(self._history, ordinary)
        return self._history

    def max_uwh(self, duration_ms: int) -> int | None:
        """Return the most used in any interval this long; see `KnownUse`."""
        return self._up_to_date().max_uwh(duration_ms)

    def max_hour_uwh(self) -> int | None:
        """Return the most used in one hour; see `KnownUse`."""
        return self._up_to_date().max_hour_uwh()


class _Run:
    """One pass over the samples: plain parts at once, the others one by one."""

    def __init__(self, prepared: _Prepared, question: Question) -> None:
        self._data = prepared
        self._question = question
        self._past = _Past(question.past)
        self._rules = Rules(question.bounds, self._past, question.answers)
        self._next = 1
        self._state = first_state(self._sample(0, prepared.uwh))
        first = self._state.base
        self.booked: list[Spans] = []
        self.notes = [
            Note(NoteKind.START, first.at_ms, first.at_ms, first.uwh, first.uwh, first.uwh)
        ]
        self.settled_ms: int | None = None

    def finish(self) -> None:
        """Judge all samples; of the newest as much as is possible yet."""
        while self._next < len(self._data.at_ms):
            if self._is_in_step():
                self._book_plain()
            elif not self._decide():
                return

    def _sample(self, position: int, uwh: Int64s) -> Sample:
        at_ms, power = int(self._data.at_ms[position]), self._question.power
        if power is None:
            return Sample(at_ms, int(uwh[position]))
        by_power = int(power.uwh[position]), int(power.known_ms[position])
        return Sample(at_ms, int(uwh[position]), *by_power)

    def _state_at(self, position: int) -> State:
        """The state that plain samples up to this one lead to."""
        uwh, changed = self._data.uwh, self._data.changed_at(position)
        base, before = self._sample(position, uwh), self._sample(max(position - 1, 0), uwh)
        return replace(
            self._state,
            base=base,
            changed=self._sample(changed, uwh),
            before=before,
            wrong=None,
            wrong_since_ms=0,
        )

    def _is_in_step(self) -> bool:
        """Whether the next sample is plain, and plain samples lead to the present state."""
        unusual = self._data.unusual
        upcoming = np.searchsorted(unusual, self._next)
        if upcoming < len(unusual) and unusual[upcoming] == self._next:
            return False
        return self._state == self._state_at(self._next - 1)

    def _book_plain(self) -> None:
        """Book all samples up to the next unusual one."""
        unusual, first = self._data.unusual, self._next
        upcoming = np.searchsorted(unusual, first)
        end = int(unusual[upcoming]) if upcoming < len(unusual) else len(self._data.at_ms)
        spans = self._spans_of(self._data.rises.part(first, end))
        self.booked.append(spans)
        self._past.add(spans)
        booked_ms = int(spans.end_ms[-1]) if len(spans) else self._state.booked_ms
        self._state = replace(self._state_at(end - 1), booked_ms=booked_ms)
        self._next = end

    def _spans_of(self, rises: _Rises) -> Spans:
        """Every rise over its span, and between these the time without change."""
        bounds, end_ms = self._question.bounds, rises.at_ms
        booked_ms = np.append(self._state.booked_ms, end_ms[:-1]) if len(end_ms) else end_ms
        start_ms = np.minimum(np.maximum(end_ms - rises.span_ms, booked_ms), end_ms - 1)
        is_long = (rises.span_ms > bounds.gap_limit_ms) & (rises.uwh > bounds.step_uwh)
        quality = np.where(is_long, np.int8(Quality.ESTIMATED), np.int8(Quality.MEASURED))
        spans = Spans(start_ms, end_ms, rises.uwh, quality, np.ones(len(end_ms), dtype=bool))
        still = np.flatnonzero(booked_ms < start_ms)
        return _with_still_time(spans, booked_ms, still) if len(still) else spans

    def _decide(self) -> bool:
        """Judge the next sample; False if it waits for others."""
        position, raw = self._next, self._data.raw_uwh
        first = self._sample(position, raw)
        decision = settle(self._state, first, self._rules)
        if decision is None:
            decision = decide(self._state, self._few(position), self._rules, complete=False)
        if decision is None:
            end, complete = self._look_ahead(position)
            if not complete:
                self._hold()
                if end == position + 1:
                    return self._count_newest(first)
            upcoming = self._upcoming(position, end)
            decision = decide(self._state, upcoming, self._rules, complete=True)
        if decision is None:
            return False
        self._take(decision)
        return True

    def _take(self, decision: Decision) -> None:
        """Book what a decision leads to."""
        self.booked.append(spans_of(decision.spans))
        self._past.add_one_by_one(decision.spans)
        self.notes.extend(decision.notes)
        self._state = decision.state
        self._next += decision.consumed

    def _count_newest(self, newest: Sample) -> bool:
        """Count a rise of the newest sample alone if nothing speaks against it; else it waits."""
        if newest.uwh <= self._state.base.uwh:
            return False
        decision = decide(self._state, [newest], self._rules, complete=True)
        if decision is None or any(note.kind in DOUBTS for note in decision.notes):
            return False
        self._take(decision)
        return True

    def _few(self, position: int) -> list[Sample]:
        """The next samples: most excursions are over with them."""
        end = min(position + FEW_SAMPLES, len(self._data.at_ms))
        return [self._sample(each, self._data.raw_uwh) for each in range(position, end)]

    def _look_ahead(self, position: int) -> tuple[int, bool]:
        """The end of the samples that may decide on this one, and whether all are there."""
        until_ms = int(self._data.at_ms[position]) + LOOK_AHEAD_MS
        end = int(np.searchsorted(self._data.at_ms, until_ms, side="right"))
        return end, end < len(self._data.at_ms) or until_ms < self._question.now_ms

    def _upcoming(self, position: int, end: int) -> list[Sample]:
        """These samples; only the first where no other can be one that the counter came back to."""
        values, base_uwh = self._data.raw_uwh[position:end], self._state.base.uwh
        back = values >= base_uwh - max(ROUNDING_UWH, self._question.bounds.step_uwh)
        if values[0] > base_uwh:
            back &= values < values[0]
        end = end if back.any() else position + 1
        return [self._sample(each, self._data.raw_uwh) for each in range(position, end)]

    def _hold(self) -> None:
        if self.settled_ms is None:
            self.settled_ms = self._state.base.at_ms

    def loose_end(self) -> Sequence[Span]:
        """The time since the last change: nothing was used in it, as far as is known."""
        start_ms, end_ms = self._state.booked_ms, self._state.base.at_ms
        if start_ms >= end_ms:
            return ()
        return (Span(start_ms, end_ms, 0, Quality.MEASURED, ordinary=True),)


def _with_still_time(rises: Spans, booked_ms: Int64s, still: Int64s) -> Spans:
    """Insert before each of these rises the time in which the counter did not change."""
    count = len(rises) + len(still)
    before = still + np.arange(len(still))
    is_rise = np.ones(count, dtype=bool)
    is_rise[before] = False
    place = np.flatnonzero(is_rise)
    start_ms, end_ms, uwh = np.zeros((3, count), dtype=np.int64)
    quality = np.full(count, Quality.MEASURED, dtype=np.int8)
    start_ms[place], start_ms[before] = rises.start_ms, booked_ms[still]
    end_ms[place], end_ms[before] = rises.end_ms, rises.start_ms[still]
    uwh[place], quality[place] = rises.uwh, rises.quality
    return Spans(start_ms, end_ms, uwh, quality, np.ones(count, dtype=bool))


def _compare(
    bounds: Bounds, at_ms: Int64s, rise_uwh: Int64s, gap_ms: Int64s
) -> tuple[_Rises, Int64s]:
    """Compare neighbouring samples.

    Args:
        bounds: What the source is judged by.
        at_ms: Instants.
        rise_uwh: By how much each sample is above the one before; 0 for the first.
        gap_ms: The time since the one before; likewise.

    Returns:
        The samples whose value changed, and the positions of those rises that need a decision.
    """
    where = np.flatnonzero(rise_uwh)
    changed_ms, uwh, of_gap_ms = at_ms[where], rise_uwh[where], gap_ms[where]
    unchanged_ms = np.diff(changed_ms, prepend=at_ms[0])
    span_ms = _natural_spans(bounds, uwh, of_gap_ms, unchanged_ms)
    rises = _Rises(where, changed_ms, uwh, span_ms)
    if _are_all_plain(bounds, uwh, span_ms):
        return rises, where[:0]
    fits = uwh <= max_rise_uwh(bounds, span_ms)
    is_unasked = (span_ms <= MAX_UNASKED_SPAN_MS) | (uwh <= max_rise_uwh(bounds, of_gap_ms))
    late = ~fits
    late[late] = _are_late(bounds, rise_uwh, gap_ms, where[late])
    rises = replace(rises, span_ms=np.where(late, of_gap_ms, span_ms))
    return rises, where[~(fits & is_unasked | late)]


def _natural_spans(
    bounds: Bounds, rise_uwh: Int64s, gap_ms: Int64s, unchanged_ms: Int64s
) -> Int64s:
    """Return in which time the energy of each rise was used: `natural_span_ms` of arrays."""
    more_ms = np.maximum(gap_ms, np.minimum(bounds.renewal_ms, unchanged_ms))
    is_step = rise_uwh <= bounds.step_uwh
    if not is_step.any():
        return more_ms
    one_step_ms = np.minimum(unchanged_ms, np.maximum(gap_ms, MAX_PLATEAU_MS))
    return np.where(is_step, one_step_ms, more_ms)


def _are_all_plain(bounds: Bounds, rise_uwh: Int64s, span_ms: Int64s) -> bool:
    """Whether the highest rise fits the shortest span, and no span is long: mostly so."""
    if not len(span_ms):
        return True
    fits = rise_uwh.max() <= max_rise_uwh(bounds, int(span_ms.min()))
    return bool(fits and span_ms.max() <= MAX_UNASKED_SPAN_MS)


def _are_late(bounds: Bounds, rise_uwh: Int64s, gap_ms: Int64s, which: Int64s) -> Booleans:
    """Which of these rises are the rest of the one before, which came before its time was over."""
    before_uwh, before_ms = rise_uwh[which - 1], gap_ms[which - 1]
    together_ms = gap_ms[which] + before_ms
    is_possible = rise_uwh[which] + before_uwh <= max_jumpless_uwh(bounds, together_ms)
    return (before_uwh > 0) & (before_ms <= bounds.gap_limit_ms) & is_possible
