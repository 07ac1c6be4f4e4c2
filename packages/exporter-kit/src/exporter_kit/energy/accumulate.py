"""One step of an energy counter: (state, reading, limits) -> state.

The device's own counter is followed where there is one, by the rules that the ledger has too
(`energy_rules.stream`). Else power is integrated: the trapezoid between two good readings, never
across a silence.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite

from energy_rules.learning_recent import relearn
from energy_rules.limits import MAX_HELD_MW
from energy_rules.quantities import MAX_KWH, uwh_of_kwh
from energy_rules.state import Note, NoteKind, Sample, first_state
from energy_rules.stream import Advanced, Stream, free_explained, move_clock, settle_all
from energy_rules.stream import advance as advance_stream
from exporter_kit.energy.counter import (
    NWH_PER_UWH,
    US_PER_MS,
    UW_PER_MW,
    UW_US_PER_NWH,
    Counter,
    Limits,
    OwnCounter,
    Past,
    PowerMark,
    Surge,
    unix_us,
)
from home_model.readings import Reading

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
DUE_US = 10 * MINUTE_US
# More than a house can draw: a power beyond it was misread.
MAX_POWER_UW = MAX_HELD_MW * UW_PER_MW
HELD_US = 15 * MINUTE_US
# What is learned changes slowly, but of a new source everything is new.
LEARN_MS, FIRST_LEARN_MS, LEARN_SHARE = 2 * HOUR_US // US_PER_MS, 600_000, 4
DOUBTFUL = {NoteKind.DOUBTFUL_RISE, NoteKind.DOUBTFUL_RESTART}
JUMPS = {NoteKind.DOUBTFUL_RISE, NoteKind.FALL}
RESETS = {NoteKind.RESTART, NoteKind.DOUBTFUL_RESTART}


def advance(counter: Counter, reading: Reading, limits: Limits, past: Past) -> Counter:
    """Count the energy up to `reading`.

    The device's own counter is followed if the reading has one (lifetime before daily); else its
    power is integrated. The total never falls.

    Args:
        counter: Before the reading.
        reading: What was read.
        limits: What is possible of a single reading.
        past: What is known of the source; what the reading shows is added to it.
    """
    at_us = unix_us(reading.at)
    if counter.at_us is not None and at_us <= counter.at_us:
        if counter.at_us - at_us <= limits.gap_us:
            return counter  # a repeated or late reading: the time was counted already
        # The clock was set back: there is no time to integrate over.
        counter = replace(counter, power=None, surge=None, witness=None, day_start_us=None)
    counter = replace(counter, at_us=at_us)
    power_uw = _power_uw(reading.power_watts)
    counter = _check_by_power(counter, power_uw, limits)
    own = own_counter_of(reading)
    counter = _integrate(counter, power_uw, limits, is_counted=own is None)
    return counter if own is None else _follow(counter, own, limits, past)


def after_clock_step(counter: Counter, step_us: int) -> Counter:
    """Return the counter once the wall clock was set, by so much more than time that passed.

    Its marks move with the clock, so that the next reading follows after what really passed.
    """
    if counter.at_us is None:
        return counter
    surge, day_start_us = counter.surge, counter.day_start_us
    if surge is not None:
        since_us, last = surge.since_us + step_us, _moved(surge.last, step_us)
        surge = replace(surge, since_us=since_us, last=last)
    return replace(
        counter,
        at_us=counter.at_us + step_us,
        power=counter.power and _moved(counter.power, step_us),
        surge=surge,
        witness=counter.witness and _moved(counter.witness, step_us),
        stream=move_clock(counter.stream, step_us // US_PER_MS),
        day_start_us=None if day_start_us is None else day_start_us + step_us,
    )


def _moved(mark: PowerMark, by_us: int) -> PowerMark:
    return replace(mark, at_us=mark.at_us + by_us)


def own_counter_of(reading: Reading) -> tuple[OwnCounter, int] | None:
    """Return the type and the value (uWh) of the best counter that the reading has."""
    kinds: tuple[tuple[OwnCounter, float | None], ...] = (
        ("lifetime", reading.energy_lifetime_kwh),
        ("today", reading.energy_today_kwh),
    )
    for kind, energy_kwh in kinds:
        if energy_kwh is not None and 0 <= energy_kwh <= MAX_KWH:
            return kind, uwh_of_kwh(energy_kwh)
    return None


# The device's own counter


def _follow(counter: Counter, own: tuple[OwnCounter, int], limits: Limits, past: Past) -> Counter:
    """Take one more value of the device's own counter into account."""
    (kind, uwh), at_ms = own, (counter.at_us or 0) // US_PER_MS
    if counter.own_kind != kind:
        # What it counted before it joined is not ours.
        counter = leave_counter(counter, limits, past)
        counter = replace(counter, own_kind=kind)
    past.add(at_ms, uwh)
    counter = _learn(counter, limits, past)
    sample = Sample(at_ms, uwh, counter.net_nwh // NWH_PER_UWH, counter.net_ms)
    if counter.own_kind == "today":
        counter = _begin_day(counter, sample, limits, past)
    before, bounds = counter.stream, limits.bounds(counter.learned)
    advanced = advance_stream(before, sample, bounds, past.history)
    counter = _book(counter, advanced)
    if counter.own_kind == "today":
        counter = _note_day_starts(counter, before, sample, advanced.notes)
    return counter if counter.stream.queue else replace(counter, ahead_nwh=0)


def leave_counter(counter: Counter, limits: Limits, past: Past) -> Counter:
    """Count what is held back of a counter that is not followed any more, and forget it."""
    bounds = limits.bounds(counter.learned)
    counter = _book(counter, settle_all(counter.stream, bounds, past.history))
    past.forget_samples()
    return replace(counter, own_kind=None, stream=Stream(), ahead_nwh=0)


def _learn(counter: Counter, limits: Limits, past: Past) -> Counter:
    """Learn from recent samples when it is due, and count the doubts that this explains."""
    since_ms, known_ms = past.at_ms[-1] - past.learned_ms, past.at_ms[-1] - past.at_ms[0]
    if since_ms < min(LEARN_MS, max(FIRST_LEARN_MS, known_ms // LEARN_SHARE)):
        return counter
    past.learned_ms = past.at_ms[-1]
    recent = list(zip(past.at_ms, past.uwh, strict=True))
    counter = replace(counter, learned=relearn(recent, counter.learned))
    return _book(counter, free_explained(counter.stream, limits.bounds(counter.learned)))


def _book(counter: Counter, advanced: Advanced) -> Counter:
    """Add what is settled, but for what was counted by power already."""
    settled_nwh = NWH_PER_UWH * sum(span.uwh for span in advanced.spans)
    known_nwh = min(counter.ahead_nwh, settled_nwh)
    counter = replace(
        counter,
        total_nwh=counter.total_nwh + settled_nwh - known_nwh,
        ahead_nwh=counter.ahead_nwh - known_nwh,
        stream=advanced.stream,
    )
    for note in advanced.notes:
        counter = _noted(counter, note)
    return counter


def _noted(counter: Counter, note: Note) -> Counter:
    """Count what happened to the device's own counter."""
    doubtful_nwh = note.uwh * NWH_PER_UWH if note.kind in DOUBTFUL else 0
    return replace(
        counter,
        doubtful_nwh=counter.doubtful_nwh + doubtful_nwh,
        jumps=counter.jumps + (note.kind in JUMPS),
        resets=counter.resets + (note.kind in RESETS),
    )


# A counter that begins again each day


def _begin_day(counter: Counter, sample: Sample, limits: Limits, past: Past) -> Counter:
    """Have the counter go on from 0 where a day of it began."""
    newest = counter.stream.newest
    if newest is None:
        return counter
    after_us, before_us = newest.at_ms * US_PER_MS, sample.at_ms * US_PER_MS
    is_seen = sample.uwh * 2 <= newest.uwh and (
        before_us - after_us > limits.gap_us or _is_due(after_us, before_us, counter.day_start_us)
    )
    if not is_seen and not _day_began(after_us, before_us, counter.day_start_us):
        return counter
    bounds = limits.bounds(counter.learned)
    counter = _book(counter, settle_all(counter.stream, bounds, past.history))
    base = newest._replace(uwh=0)
    counter = replace(counter, stream=Stream(first_state(base)))
    if not is_seen:
        return counter
    return _add_unseen(replace(counter, resets=counter.resets + 1), newest, sample)


def _note_day_starts(
    counter: Counter, before: Stream, sample: Sample, notes: Sequence[Note]
) -> Counter:
    """Note when the counter was seen to begin again within an hour."""
    state = before.state
    for note in notes:
        is_sharp = (note.at_ms - note.since_ms) * US_PER_MS <= HOUR_US
        if note.kind is NoteKind.RESTART and is_sharp:
            counter = replace(counter, day_start_us=note.at_ms * US_PER_MS)
            known = {each.at_ms: each for each in (*before.queue, sample)}
            if state is not None and state.base.at_ms == note.since_ms:
                counter = _add_unseen(counter, state.base, known[note.at_ms])
    return counter


def _add_unseen(counter: Counter, last: Sample, first: Sample) -> Counter:
    """Add what was used between the last reading of a day and its end, which no counter shows.

    The power on both sides estimates it; nothing is added where it is not known all the time.
    """
    lasted_ms, known_ms = first.at_ms - last.at_ms, first.by_power_ms - last.by_power_ms
    unseen_uwh = first.by_power_uwh - last.by_power_uwh - first.uwh
    if known_ms < lasted_ms - US_PER_MS or unseen_uwh <= 0:
        return counter
    return replace(counter, total_nwh=counter.total_nwh + unseen_uwh * NWH_PER_UWH)


def _is_due(after_us: int, before_us: int, day_start_us: int | None) -> bool:
    """Whether a day begins between two readings, by when it began before."""
    if day_start_us is None:
        return False
    earliest_us, latest_us = after_us - DUE_US, before_us + DUE_US
    days = -((day_start_us - earliest_us) // DAY_US)
    return earliest_us <= day_start_us + days * DAY_US <= latest_us


def _day_began(after_us: int, before_us: int, day_start_us: int | None) -> bool:
    if before_us - after_us > DAY_US + HOUR_US:
        return True
    if day_start_us is None:
        return False
    # An hour on either side: summer time moves the device's midnight.
    earliest_us, latest_us = after_us + HOUR_US, before_us - HOUR_US
    days = -((day_start_us - earliest_us) // DAY_US)
    return earliest_us <= day_start_us + days * DAY_US <= latest_us


# Power


def _power_uw(power_watts: float | None) -> int | None:
    """A power in microwatts, or None: unknown, or more than any house draws."""
    if power_watts is None or not isfinite(power_watts):
        return None
    power_uw = round(Fraction(power_watts) * 1_000_000)
    return power_uw if abs(power_uw) <= MAX_POWER_UW else None


def _check_by_power(counter: Counter, power_uw: int | None, limits: Limits) -> Counter:
    """Integrate the power beside the counter, without the limit that the counter is held to."""
    if power_uw is None:
        return counter
    mark, last = PowerMark(power_uw, counter.at_us or 0), counter.witness
    counter = replace(counter, witness=mark)
    if last is None or _is_gap(last, mark, limits):
        return counter
    net_nwh = _energy_nwh(last, mark)
    used_nwh = _energy_nwh(_not_fed_back(last), _not_fed_back(mark))
    return replace(
        counter,
        by_power_nwh=counter.by_power_nwh + used_nwh,
        net_nwh=counter.net_nwh + net_nwh,
        net_ms=counter.net_ms + (mark.at_us - last.at_us) // US_PER_MS,
    )


def _not_fed_back(mark: PowerMark) -> PowerMark:
    """What a meter shows below zero, such as -0.1 W of noise, is no use of energy."""
    return replace(mark, power_uw=max(0, mark.power_uw))


def _energy_nwh(last: PowerMark, mark: PowerMark) -> int:
    return (last.power_uw + mark.power_uw) * (mark.at_us - last.at_us) // (2 * UW_US_PER_NWH)


def _is_gap(last: PowerMark, mark: PowerMark, limits: Limits) -> bool:
    return mark.at_us - last.at_us > limits.gap_us


def _integrate(
    counter: Counter, power_uw: int | None, limits: Limits, *, is_counted: bool
) -> Counter:
    """Count the energy between the last good power and this one, if nothing better counts it."""
    if power_uw is None:
        return counter
    mark = _not_fed_back(PowerMark(power_uw, counter.at_us or 0))
    if mark.power_uw > max(limits.power_uw, limits.held_uw(counter.learned)):
        mark, counter = _surge(counter, mark, limits)
    if mark is None:
        return counter
    last = counter.power
    counter = replace(counter, power=mark, surge=counter.surge and _ended(counter.surge, mark))
    if last is None or not is_counted:
        return counter
    if _is_gap(last, mark, limits):
        return replace(counter, gaps=counter.gaps + 1)
    return _add(counter, _energy_nwh(last, mark))


def _ended(surge: Surge, mark: PowerMark) -> Surge | None:
    return surge if surge.last == mark else None


def _surge(counter: Counter, mark: PowerMark, limits: Limits) -> tuple[PowerMark | None, Counter]:
    """Judge a power above the limit: a single one was misread, held for long it lifts the limit.

    Returns:
        The power to count, if any, and the counter with what was learned.
    """
    surge = counter.surge
    if surge is None or _is_gap(surge.last, mark, limits):
        return None, replace(counter, surge=Surge(mark.at_us, mark.power_uw, mark))
    surge = Surge(surge.since_us, min(surge.min_uw, mark.power_uw), mark)
    learned = counter.learned
    if mark.at_us - surge.since_us >= HELD_US:
        held_mw = max(learned.held_mw, surge.min_uw // UW_PER_MW)
        learned = replace(learned, held_mw=held_mw)
    return mark, replace(counter, surge=surge, learned=learned)


def _add(counter: Counter, added_nwh: int) -> Counter:
    # The device's own counter, once it answers again, shows this energy too.
    ahead_nwh = counter.ahead_nwh + added_nwh if counter.own_kind else 0
    return replace(counter, total_nwh=counter.total_nwh + added_nwh, ahead_nwh=ahead_nwh)
