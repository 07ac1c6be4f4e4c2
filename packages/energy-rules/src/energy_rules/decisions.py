"""Decide on one sample after the other: the rules that streams and whole arrays share. Pure.

The order of decisions: ordinary rises and trembling are settled at once. Any other rise or fall
is first compared with the samples of the hour after it: a counter that comes back never left.
What stays is counted if it is possible and the device is known to use as much, and is a doubt
otherwise: energy that is missing, with a note that a person can answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from energy_rules.history import KnownUse
from energy_rules.limits import (
    MAX_UNASKED_SPAN_MS,
    MIN_LAG_MS,
    MW_MS_PER_UWH,
    UNASKED_MW,
    UNASKED_UWH,
    Bounds,
    energy_uwh,
    max_jumpless_uwh,
    max_rise_uwh,
    natural_span_ms,
    unasked_uwh,
)
from energy_rules.quantities import DAY_MS, HOUR_MS, MINUTE_MS, ROUNDING_UWH
from energy_rules.state import (
    Answer,
    Decision,
    Doubt,
    Note,
    NoteKind,
    Quality,
    Sample,
    Span,
    State,
)

LOOK_AHEAD_MS = HOUR_MS
SHORT_DIP_MS = 10 * MINUTE_MS
BACKWARD_MS = DAY_MS
DOUBTS_MS = 3 * DAY_MS
# A third rise of one kind means a source that is read rarely, not a third exchange of the plug.
FREEING_DOUBTS = 3
# How many times the most that is known may be used in a silence. A counter that began again
# cannot show more than was used; a used plug can.
USE_FACTOR, RESTART_FACTOR = 3, 1
# By how many parts of a hundred a counter may differ from integrated power.
WITNESS_PERCENT, WITNESS_MIN_PERCENT = 25, 80
# A renewal that comes earlier than this part of its usual time is compared with what follows.
MIN_RENEWAL_PERCENT = 90
# A counter that shows other values for longer than this is another meter, whatever was answered.
MAX_WRONG_MS = DAY_MS

MEASURED, ESTIMATED = Quality.MEASURED, Quality.ESTIMATED


@dataclass(frozen=True, slots=True)
class Rules:
    """What samples are judged by.

    Attributes:
        bounds: What is possible.
        use: What the device is known to use.
        answers: The decisions of a person on doubts, by the instant of the sample that showed them.
    """

    bounds: Bounds
    use: KnownUse
    answers: Mapping[int, Answer] = field(default_factory=dict)


def settle(state: State, sample: Sample, rules: Rules) -> Decision | None:
    """Judge a sample that needs no other: an ordinary rise, no change, or trembling."""
    if state.wrong is not None or sample.at_ms in rules.answers:
        return None
    rise_uwh = sample.uwh - state.base.uwh
    if rise_uwh <= 0:
        is_still = rise_uwh >= -_trembling_uwh(state, sample, rules.bounds)
        return _stay(state, sample, rules.bounds) if is_still else None
    span_ms = ordinary_span_ms(state, sample, rules)
    return None if span_ms is None else _book_ordinary(state, sample, span_ms, rules.bounds)


def _trembling_uwh(state: State, sample: Sample, bounds: Bounds) -> int:
    """By how much a counter may fall without a meaning; after a silence only by rounding."""
    is_silence = sample.at_ms - state.base.at_ms > bounds.gap_limit_ms
    return ROUNDING_UWH if is_silence else max(ROUNDING_UWH, bounds.step_uwh)


def decide(
    state: State, upcoming: Sequence[Sample], rules: Rules, *, complete: bool
) -> Decision | None:
    """Judge the first of the upcoming samples, with those after it.

    Args:
        state: The counter before it.
        upcoming: The sample and those after it; of these at most an hour is looked at.
        rules: What it is judged by.
        complete: Whether all samples of that hour are there.

    Returns:
        What follows, or None if samples that are still to come decide.
    """
    sample, answer = upcoming[0], rules.answers.get(upcoming[0].at_ms)
    if state.wrong is not None or answer is Answer.WRONG_READING:
        if (decision := _wrong_reading(state, sample, rules)) is not None:
            return decision
        state = replace(state, wrong=None, wrong_since_ms=0)
    if answer is Answer.COUNT:
        return _count_answered(state, sample, rules)
    if answer is Answer.OTHER_METER:
        return _go_on_from(state, sample)
    if (decision := settle(state, sample, rules)) is not None:
        return decision
    if sample.uwh < state.base.uwh:
        return _fall(state, upcoming, rules, complete=complete)
    return _rise(state, upcoming, rules, complete=complete)


# Booking


def _filler(state: State, until_ms: int) -> tuple[Span, ...]:
    """The time in which the counter stood still and was read."""
    if until_ms <= state.booked_ms:
        return ()
    return (Span(state.booked_ms, until_ms, 0, MEASURED, ordinary=True),)


def _book(state: State, span: Span) -> tuple[Span, ...]:
    """A rise over its span, as far as that is not booked, and what was unchanged before it."""
    start_ms = max(span.start_ms, state.booked_ms)
    # Two values of one instant: the energy is kept in the last millisecond before it.
    start_ms = min(start_ms, span.end_ms - 1)
    return (*_filler(state, start_ms), span._replace(start_ms=start_ms))


def _moved(state: State, sample: Sample) -> State:
    """The state after a good sample."""
    return replace(state, base=sample, changed=sample, before=state.base, booked_ms=sample.at_ms)


def _stay(state: State, sample: Sample, bounds: Bounds) -> Decision:
    """A sample that shows the same: the higher value of a trembling counter is kept."""
    base = sample._replace(uwh=state.base.uwh)
    after = replace(state, base=base, before=state.base)
    if sample.at_ms - state.base.at_ms <= bounds.gap_limit_ms:
        return Decision(after, 1)
    silence = Span(state.base.at_ms, sample.at_ms, 0, ESTIMATED)
    spans = (*_filler(state, state.base.at_ms), silence)
    return Decision(replace(after, booked_ms=sample.at_ms), 1, spans, (_silence(state, sample, 0),))


def _book_ordinary(state: State, sample: Sample, span_ms: int, bounds: Bounds) -> Decision:
    """A rise over its natural span; one step on a counter that was read is measured."""
    rise_uwh = sample.uwh - state.base.uwh
    is_long = span_ms > bounds.gap_limit_ms and rise_uwh > bounds.step_uwh
    quality = ESTIMATED if is_long else MEASURED
    span = Span(sample.at_ms - span_ms, sample.at_ms, rise_uwh, quality, ordinary=True)
    return Decision(_moved(state, sample), 1, _book(state, span))


def _silence(state: State, sample: Sample, uwh: int) -> Note:
    base = state.base
    return Note(NoteKind.SILENCE, base.at_ms, sample.at_ms, base.uwh, sample.uwh, uwh)


def _left_out(base: Sample, samples: Sequence[Sample]) -> tuple[Note, ...]:
    return tuple(
        Note(NoteKind.LEFT_OUT, base.at_ms, sample.at_ms, base.uwh, sample.uwh)
        for sample in samples
    )


def _bridge(state: State, upcoming: Sequence[Sample], back: int, bounds: Bounds) -> Decision:
    """The counter is back at `upcoming[back]`: what it showed in between never happened."""
    sample, base = upcoming[back], state.base
    rise_uwh, gap_ms = max(0, sample.uwh - base.uwh), sample.at_ms - base.at_ms
    is_silence = gap_ms > bounds.gap_limit_ms
    span_ms = gap_ms
    if rise_uwh <= bounds.step_uwh and not is_silence:
        span_ms = natural_span_ms(bounds, rise_uwh, gap_ms, sample.at_ms - state.changed.at_ms)
    span = Span(
        sample.at_ms - span_ms, sample.at_ms, rise_uwh, ESTIMATED if is_silence else MEASURED
    )
    lies = upcoming[:back]
    high = tuple(lie for lie in (*state.high, *lies) if lie.uwh > sample.uwh)
    after = replace(state, high=_recent(high, sample.at_ms))
    notes = _left_out(base, lies)
    if rise_uwh == 0:
        stayed = _stay(after, sample, bounds)
        return stayed._replace(consumed=back + 1, notes=(*notes, *stayed.notes))
    notes += (_silence(state, sample, rise_uwh),) if is_silence else ()
    return Decision(_moved(after, sample), back + 1, _book(state, span), notes)


def _recent(high: Sequence[Sample], at_ms: int) -> tuple[Sample, ...]:
    return tuple(sample for sample in high if sample.at_ms > at_ms - DAY_MS)


# What is possible


def ordinary_span_ms(state: State, sample: Sample, rules: Rules) -> int | None:
    """Return the span of a rise that needs no other sample and no question, or None."""
    bounds, rise_uwh = rules.bounds, sample.uwh - state.base.uwh
    gap_ms = sample.at_ms - state.base.at_ms
    if gap_ms > bounds.gap_limit_ms:
        return None
    span_ms = natural_span_ms(bounds, rise_uwh, gap_ms, sample.at_ms - state.changed.at_ms)
    if rise_uwh <= max_rise_uwh(bounds, span_ms):
        return None if _is_held(state, sample, span_ms, rules) else span_ms
    return gap_ms if _is_late(state, sample, bounds) else None


def _is_held(state: State, sample: Sample, span_ms: int, rules: Rules) -> bool:
    """Whether a rise that needs a long time may be none.

    It comes before the next renewal is due, or is more than the device is known to use.
    """
    rise_uwh, gap_ms = sample.uwh - state.base.uwh, sample.at_ms - state.base.at_ms
    if span_ms <= MAX_UNASKED_SPAN_MS or rise_uwh <= max_rise_uwh(rules.bounds, gap_ms):
        return False
    if (sample.at_ms - state.changed.at_ms) * 100 < rules.bounds.renewal_ms * MIN_RENEWAL_PERCENT:
        return True
    return rise_uwh > max(USE_FACTOR * (rules.use.max_uwh(span_ms) or 0), unasked_uwh(span_ms))


def _is_late(state: State, sample: Sample, bounds: Bounds) -> bool:
    """Whether a rise is the rest of the one before it, which came before its time was over."""
    before, base = state.before, state.base
    if base.uwh <= before.uwh or base.at_ms - before.at_ms > bounds.gap_limit_ms:
        return False
    return sample.uwh - before.uwh <= max_jumpless_uwh(bounds, sample.at_ms - before.at_ms)


def _could_reach(state: State, sample: Sample, bounds: Bounds) -> bool:
    """Whether the counter could go on from its base to this sample."""
    rise_uwh = sample.uwh - state.base.uwh
    if rise_uwh < -max(ROUNDING_UWH, bounds.step_uwh):
        return False
    gap_ms, unchanged_ms = (
        sample.at_ms - state.base.at_ms,
        sample.at_ms - state.changed.at_ms,
    )
    return rise_uwh <= max_rise_uwh(bounds, natural_span_ms(bounds, rise_uwh, gap_ms, unchanged_ms))


def _witness_uwh(since: Sample, sample: Sample) -> int | None:
    """The energy by the device's own power, if that is known for nearly all of the time."""
    known_ms, lasted_ms = sample.by_power_ms - since.by_power_ms, sample.at_ms - since.at_ms
    if lasted_ms <= 0 or known_ms * 100 < lasted_ms * WITNESS_MIN_PERCENT:
        return None
    return (sample.by_power_uwh - since.by_power_uwh) * lasted_ms // known_ms


def _agrees(uwh: int, witness_uwh: int, bounds: Bounds) -> bool:
    return abs(uwh - witness_uwh) * 100 <= (
        abs(witness_uwh) * WITNESS_PERCENT + bounds.step_uwh * 100
    )


# A rise that is not ordinary


def _rise(
    state: State, upcoming: Sequence[Sample], rules: Rules, *, complete: bool
) -> Decision | None:
    back = _find_lower(state, upcoming, rules.bounds)
    if back is not None:
        return _bridge(state, upcoming, back, rules.bounds)
    return _rise_stays(state, upcoming[0], rules) if complete else None


def _find_lower(state: State, upcoming: Sequence[Sample], bounds: Bounds) -> int | None:
    """The first sample within the hour that the counter could reach without this rise."""
    risen = upcoming[0]
    for position, sample in enumerate(upcoming):
        if sample.at_ms > risen.at_ms + LOOK_AHEAD_MS:
            return None
        if sample.uwh < risen.uwh and _could_reach(state, sample, bounds):
            return position
    return None


def _rise_stays(state: State, sample: Sample, rules: Rules) -> Decision:
    bounds, base, changed = rules.bounds, state.base, state.changed
    rise_uwh, gap_ms = sample.uwh - base.uwh, sample.at_ms - base.at_ms
    if (decision := _continue_high(state, sample, bounds)) is not None:
        return decision
    is_silence = gap_ms > bounds.gap_limit_ms
    unchanged_ms = sample.at_ms - changed.at_ms
    span_ms = natural_span_ms(bounds, rise_uwh, gap_ms, unchanged_ms)
    if not is_silence and rise_uwh <= max_rise_uwh(bounds, span_ms):
        return _book_ordinary(state, sample, span_ms, bounds)
    is_possible = rise_uwh <= max_rise_uwh(bounds, unchanged_ms)
    since = base if is_silence else changed
    if is_possible and _is_credible(rise_uwh, since, sample, rules, is_silence=is_silence):
        return _count_since(state, sample, since.at_ms)
    return _doubt_rise(state, sample, is_rare=is_possible and not is_silence)


def _is_credible(
    rise_uwh: int, since: Sample, sample: Sample, rules: Rules, *, is_silence: bool
) -> bool:
    """Whether the device's own power, or else its past, bears out a rise that is possible."""
    witness_uwh = _witness_uwh(since, sample)
    if witness_uwh is not None:
        return _agrees(rise_uwh, witness_uwh, rules.bounds)
    duration_ms = sample.at_ms - since.at_ms
    known_uwh = rules.use.max_uwh(duration_ms)
    if known_uwh is None:
        return is_silence or rise_uwh <= UNASKED_UWH
    return rise_uwh <= max(USE_FACTOR * known_uwh, unasked_uwh(duration_ms))


def _count_since(state: State, sample: Sample, since_ms: int) -> Decision:
    rise_uwh = sample.uwh - state.base.uwh
    span = Span(since_ms, sample.at_ms, rise_uwh, ESTIMATED)
    note = _silence(state, sample, rise_uwh)
    return Decision(_moved(state, sample), 1, _book(state, span), (note,))


def _doubt_rise(state: State, sample: Sample, *, is_rare: bool) -> Decision:
    """The rise is missing; a third of the same kind shows that all three were energy."""
    base, rise_uwh = state.base, sample.uwh - state.base.uwh
    recent = tuple(old for old in state.doubts if old.at_ms > sample.at_ms - DOUBTS_MS)
    if is_rare and sum(old.is_rare for old in recent) + 1 >= FREEING_DOUBTS:
        return _free(state, sample, recent)
    doubt = Doubt(state.changed.at_ms, base.at_ms, sample.at_ms, rise_uwh, is_rare)
    after = replace(_moved(state, sample), high=(), doubts=(*recent, doubt))
    note = _note(NoteKind.DOUBTFUL_RISE, state, sample, rise_uwh)
    return Decision(after, 1, _filler(state, base.at_ms), (note,))


def _free(state: State, sample: Sample, doubts: Sequence[Doubt]) -> Decision:
    """Count the rise and all of its kind; they stay known, so that the next is free at once."""
    counted = _count_since(state, sample, state.changed.at_ms)
    rare = [old for old in doubts if old.is_rare]
    kept = [old._replace(uwh=0) if old.is_rare else old for old in doubts]
    spans, notes = freed(rare)
    after = replace(counted.state, doubts=tuple(kept))
    return Decision(after, 1, (*counted.spans, *spans), (*counted.notes, *notes))


def freed(doubts: Sequence[Doubt]) -> tuple[tuple[Span, ...], tuple[Note, ...]]:
    """Return the energy of doubts that turned out to be none."""
    waiting = [old for old in doubts if old.uwh]
    spans = tuple(Span(old.changed_ms, old.at_ms, old.uwh, ESTIMATED) for old in waiting)
    notes = tuple(Note(NoteKind.FREED, old.since_ms, old.at_ms, 0, 0, old.uwh) for old in waiting)
    return spans, notes


def is_explained(doubt: Doubt, bounds: Bounds) -> bool:
    """Whether a rise that was in doubt is ordinary by what was learned since."""
    gap_ms, unchanged_ms = doubt.at_ms - doubt.since_ms, doubt.at_ms - doubt.changed_ms
    span_ms = natural_span_ms(bounds, doubt.uwh, gap_ms, unchanged_ms)
    return gap_ms <= bounds.gap_limit_ms and doubt.uwh <= max_rise_uwh(bounds, span_ms)


# A clock that was set back


def _continue_high(state: State, sample: Sample, bounds: Bounds) -> Decision | None:
    """Count samples left out as high if they were the same counter under a clock set back.

    Sorted by time, the values from before and after the step alternate, and the later ones are
    left out as high. Once the earlier ones end, the counter goes on from the later ones.
    """
    run = _run_before(state.high, sample, bounds)
    if not run:
        return None
    interval_ms = (run[1] if len(run) > 1 else sample).at_ms - run[0].at_ms
    link_uwh = run[0].uwh - state.base.uwh
    if not 0 <= link_uwh <= max_rise_uwh(bounds, interval_ms):
        return None
    steps = zip((*run[:-1], run[-1]), (*run[1:], sample), strict=True)
    spans = (
        *_filler(state, state.base.at_ms),
        Span(run[0].at_ms - max(interval_ms, 1), run[0].at_ms, link_uwh, MEASURED),
        *(
            Span(min(one.at_ms, two.at_ms - 1), two.at_ms, two.uwh - one.uwh, MEASURED)
            for one, two in steps
        ),
    )
    base, uwh = state.base, sample.uwh - state.base.uwh
    note = Note(NoteKind.CLOCK_SET_BACK, base.at_ms, sample.at_ms, base.uwh, sample.uwh, uwh)
    after = replace(_moved(state, sample), before=run[-1], high=())
    return Decision(after, 1, spans, (note,))


def _run_before(high: Sequence[Sample], sample: Sample, bounds: Bounds) -> Sequence[Sample]:
    """The last of the samples left out as high that lead to this one by possible rises."""
    later, first = sample, len(high)
    for position in range(len(high) - 1, -1, -1):
        earlier = high[position]
        rise_uwh, gap_ms = later.uwh - earlier.uwh, later.at_ms - earlier.at_ms
        if gap_ms > bounds.gap_limit_ms or not 0 <= rise_uwh <= max_rise_uwh(bounds, gap_ms):
            break
        later, first = earlier, position
    return high[first:]


# A fall


def _fall(
    state: State, upcoming: Sequence[Sample], rules: Rules, *, complete: bool
) -> Decision | None:
    back = _find_return(state, upcoming, rules.bounds)
    if back is not None:
        if _is_return(state, upcoming, back, rules):
            return _bridge(state, upcoming, back, rules.bounds)
    elif not complete:
        return None
    return _fall_stays(state, upcoming[0], rules)


def _find_return(state: State, upcoming: Sequence[Sample], bounds: Bounds) -> int | None:
    """The first sample within the hour that is not below the base and could come after it."""
    for position, sample in enumerate(upcoming):
        if sample.at_ms > upcoming[0].at_ms + LOOK_AHEAD_MS:
            return None
        if sample.uwh >= state.base.uwh - ROUNDING_UWH and _could_reach(state, sample, bounds):
            return position
    return None


def _is_return(state: State, upcoming: Sequence[Sample], back: int, rules: Rules) -> bool:
    """Whether the counter came back at once, and did not climb from where it began again."""
    fallen, last, returned = upcoming[0], upcoming[back - 1], upcoming[back]
    base, bounds = state.base, rules.bounds
    ran_backward = _ran_backward(state, fallen.at_ms)
    power_mw = bounds.ceiling_mw
    hour_uwh = rules.use.max_hour_uwh()
    if hour_uwh is not None and not ran_backward:
        # The energy of an hour in micro-watt-hours is its mean power in microwatts.
        power_mw = min(power_mw, max(USE_FACTOR * hour_uwh // 1_000, UNASKED_MW))
    lasted_ms = returned.at_ms - last.at_ms
    jump_uwh = energy_uwh(power_mw, lasted_ms + MIN_LAG_MS) + bounds.step_uwh
    if returned.uwh - last.uwh > jump_uwh:
        return True
    is_short = returned.at_ms - fallen.at_ms <= SHORT_DIP_MS
    by_half = fallen.uwh * 2 <= base.uwh
    is_silence = fallen.at_ms - base.at_ms > bounds.gap_limit_ms
    return is_short and not (by_half or is_silence or ran_backward)


def _ran_backward(state: State, at_ms: int) -> bool:
    return state.backward_ms is not None and at_ms - state.backward_ms <= BACKWARD_MS


def _fall_stays(state: State, sample: Sample, rules: Rules) -> Decision:
    by_half = sample.uwh * 2 <= state.base.uwh
    if _is_fed_back(state, sample, rules.bounds, by_half=by_half):
        after = replace(_moved(state, sample), backward_ms=sample.at_ms, high=())
        spans = (
            *_filler(state, state.base.at_ms),
            Span(state.base.at_ms, sample.at_ms, 0, MEASURED),
        )
        return Decision(after, 1, spans, (_note(NoteKind.FED_BACK, state, sample, 0),))
    return _begin_again(state, sample, rules) if by_half else _go_on_from(state, sample)


def _note(kind: NoteKind, state: State, sample: Sample, uwh: int) -> Note:
    return Note(kind, state.base.at_ms, sample.at_ms, state.base.uwh, sample.uwh, uwh)


def _is_fed_back(state: State, sample: Sample, bounds: Bounds, *, by_half: bool) -> bool:
    """Whether electricity flowed the other way, and the counter ran backward with it."""
    fall_uwh, gap_ms = state.base.uwh - sample.uwh, sample.at_ms - state.base.at_ms
    if gap_ms > bounds.gap_limit_ms or fall_uwh > max_jumpless_uwh(bounds, gap_ms):
        return False
    witness_uwh = _witness_uwh(state.base, sample)
    if witness_uwh is not None and witness_uwh < 0:
        return True
    return not by_half or _ran_backward(state, sample.at_ms)


def _begin_again(state: State, sample: Sample, rules: Rules) -> Decision:
    """Count what the counter shows since its new beginning, if that is credible."""
    if not _is_credible_restart(state, sample, rules):
        return _go_on_from(state, sample)
    return _count_restart(state, sample, rules.bounds)


def _count_restart(state: State, sample: Sample, bounds: Bounds) -> Decision:
    """Count what the counter shows since its new beginning, in the least time it takes."""
    base, after = state.base, replace(_moved(state, sample), high=())
    shortest_ms = -(-sample.uwh * MW_MS_PER_UWH // bounds.ceiling_mw)
    start_ms = max(base.at_ms, sample.at_ms - shortest_ms)
    is_silence = sample.at_ms - base.at_ms > bounds.gap_limit_ms
    span = Span(start_ms, sample.at_ms, sample.uwh, ESTIMATED if is_silence else MEASURED)
    spans = (*_filler(state, base.at_ms), *((span,) if sample.uwh else ()))
    return Decision(after, 1, spans, (_note(NoteKind.RESTART, state, sample, sample.uwh),))


def _is_credible_restart(state: State, sample: Sample, rules: Rules) -> bool:
    base, duration_ms = state.base, sample.at_ms - state.base.at_ms
    unchanged_ms = sample.at_ms - state.changed.at_ms
    since_ms = max(duration_ms, min(rules.bounds.renewal_ms, unchanged_ms))
    if sample.uwh > max_rise_uwh(rules.bounds, since_ms):
        return False
    witness_uwh = _witness_uwh(base, sample)
    if witness_uwh is not None:
        most_uwh = witness_uwh * (100 + WITNESS_PERCENT) // 100 + rules.bounds.step_uwh
        return sample.uwh <= most_uwh
    if duration_ms <= rules.bounds.gap_limit_ms or sample.uwh == 0:
        return True
    known_uwh = rules.use.max_uwh(duration_ms)
    if known_uwh is None:
        return False
    return sample.uwh <= max(RESTART_FACTOR * known_uwh, unasked_uwh(duration_ms))


# What a person decided


def _count_answered(state: State, sample: Sample, rules: Rules) -> Decision:
    """Count the rise, or what the counter shows since its new beginning; a fall is no energy."""
    base = state.base
    if sample.uwh >= base.uwh:
        return _count_since(state, sample, base.at_ms)
    if sample.uwh * 2 <= base.uwh:
        return _count_restart(state, sample, rules.bounds)
    span = Span(base.at_ms, sample.at_ms, 0, ESTIMATED)
    note = _silence(state, sample, 0)
    return Decision(replace(_moved(state, sample), high=()), 1, _book(state, span), (note,))


def _go_on_from(state: State, sample: Sample) -> Decision:
    """Go on from another value: what lies between is missing, and never freed."""
    base = state.base
    if sample.uwh >= base.uwh:
        note = _note(NoteKind.DOUBTFUL_RISE, state, sample, sample.uwh - base.uwh)
    elif sample.uwh * 2 <= base.uwh:
        note = _note(NoteKind.DOUBTFUL_RESTART, state, sample, sample.uwh)
    else:
        note = _note(NoteKind.FALL, state, sample, 0)
    after = replace(_moved(state, sample), high=())
    return Decision(after, 1, _filler(state, base.at_ms), (note,))


def _wrong_reading(state: State, sample: Sample, rules: Rules) -> Decision | None:
    """Leave out the sample and those that go on from it; None at the first that does not."""
    last, since_ms = state.wrong, state.wrong_since_ms
    if last is not None:
        rise_uwh, gap_ms = sample.uwh - last.uwh, sample.at_ms - last.at_ms
        goes_on = 0 <= rise_uwh <= max_rise_uwh(rules.bounds, gap_ms)
        if not goes_on or sample.at_ms - since_ms > MAX_WRONG_MS:
            return None
    after = replace(state, wrong=sample, wrong_since_ms=since_ms if last else sample.at_ms)
    return Decision(after, 1, (), _left_out(state.base, [sample]))
