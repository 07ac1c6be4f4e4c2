"""What is kept of a counter between two samples, and what a decision on a sample results in."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Quality(IntEnum):
    """How energy came to be known. What is neither is missing, and has no span."""

    MEASURED = 1
    ESTIMATED = 2


class Sample(NamedTuple):
    """One value of a counter, with the energy by the device's own power beside it.

    Attributes:
        at_ms: Unix milliseconds.
        uwh: The value.
        by_power_uwh: Integrated power up to here, since any instant; fed back counts negative.
        by_power_ms: For how much of that time the power is known.
    """

    at_ms: int
    uwh: int
    by_power_uwh: int = 0
    by_power_ms: int = 0


class Doubt(NamedTuple):
    """A rise that was not counted, and that may be freed.

    Attributes:
        changed_ms: When the value before it was first seen.
        since_ms: The sample before it.
        at_ms: The sample that showed it.
        uwh: The rise.
        is_rare: The device could have used it since the last change of a counter that was read
            all the time: more of the kind show a source that is renewed rarely.
    """

    changed_ms: int
    since_ms: int
    at_ms: int
    uwh: int
    is_rare: bool


@dataclass(frozen=True, slots=True)
class State:
    """One counter after its last good sample.

    Attributes:
        base: The last good sample; its value is the highest while the counter trembles.
        changed: The sample that showed this value first.
        before: The good sample before `base`.
        booked_ms: Energy and coverage are given up to here; from here to `base` nothing was used,
            unless the next change of the counter is spread over it.
        backward_ms: When the counter last ran backward.
        high: Samples left out because the counter came back below them, of the last day.
        doubts: Rises of the last three days that were not counted.
        wrong: The last of a run of samples that a person called a wrong reading.
        wrong_since_ms: The first of that run; 0 while there is none.
    """

    base: Sample
    changed: Sample
    before: Sample
    booked_ms: int
    backward_ms: int | None = None
    high: tuple[Sample, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    wrong: Sample | None = None
    wrong_since_ms: int = 0


def first_state(sample: Sample) -> State:
    """Return the state after the first sample: what was counted before it is not ours."""
    return State(sample, sample, sample, sample.at_ms)


class Span(NamedTuple):
    """Energy spread evenly over an interval.

    Attributes:
        start_ms: Unix milliseconds.
        end_ms: Later than the start.
        uwh: The energy.
        quality: How it came to be known.
        ordinary: Whether it shows what the device usually uses.
    """

    start_ms: int
    end_ms: int
    uwh: int
    quality: Quality
    ordinary: bool = False


class NoteKind(StrEnum):
    """What happened to a counter besides being read."""

    START = "start"
    SILENCE = "silence"
    LEFT_OUT = "left_out"
    RESTART = "restart"
    FED_BACK = "fed_back"
    CLOCK_SET_BACK = "clock_set_back"
    DOUBTFUL_RISE = "doubtful_rise"
    DOUBTFUL_RESTART = "doubtful_restart"
    FALL = "fall"
    FREED = "freed"


class Note(NamedTuple):
    """One thing that makes a counter's samples differ from the energy used.

    Attributes:
        kind: What it is.
        since_ms: The good sample before.
        at_ms: The sample that showed it.
        before_uwh: The value before.
        after_uwh: The value that showed it.
        uwh: The energy at stake: counted for `silence` and `restart`, not counted for the doubts.
    """

    kind: NoteKind
    since_ms: int
    at_ms: int
    before_uwh: int
    after_uwh: int
    uwh: int = 0


class Answer(StrEnum):
    """The decision of a person on a doubt.

    `count`: it was used; a fall was none. `other_meter`: the counter goes on from another value.
    `wrong_reading`: the sample, and those of a day that go on from it, never happened.
    """

    COUNT = "count"
    OTHER_METER = "other_meter"
    WRONG_READING = "wrong_reading"


class Decision(NamedTuple):
    """What follows from a sample.

    Attributes:
        state: The state after it.
        consumed: How many of the upcoming samples it settles.
        spans: Energy, in the order of time unless a clock was set back or a doubt freed.
        notes: What happened besides.
    """

    state: State
    consumed: int
    spans: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()
