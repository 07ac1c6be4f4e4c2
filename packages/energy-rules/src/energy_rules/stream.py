"""Judge samples one at a time, as an exporter gets them.

Ordinary samples are settled at once. One that is not holds itself and all after it back, for an
hour and one sample at most, until the samples after it have shown what it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from energy_rules.decisions import LOOK_AHEAD_MS, Rules, decide, freed, is_explained
from energy_rules.history import History
from energy_rules.limits import Bounds
from energy_rules.quantities import SECOND_MS
from energy_rules.state import Note, NoteKind, Sample, Span, State, first_state


@dataclass(frozen=True, slots=True)
class Stream:
    """One counter between two samples.

    Attributes:
        state: What was settled; None before the first sample.
        queue: Samples that are held back.
    """

    state: State | None = None
    queue: tuple[Sample, ...] = ()

    @property
    def newest(self) -> Sample | None:
        """The last sample, settled or not."""
        if self.queue:
            return self.queue[-1]
        return None if self.state is None else self.state.base


class Advanced(NamedTuple):
    """What a sample leads to.

    Attributes:
        stream: The counter after it.
        spans: Energy that is settled now.
        notes: What happened besides.
    """

    stream: Stream
    spans: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()


def advance(stream: Stream, sample: Sample, bounds: Bounds, history: History) -> Advanced:
    """Take one more sample into account.

    Args:
        stream: The counter before it.
        sample: In the order of arrival. One whose instant lies before that of the last shows a
            clock that was set back, unless the counter had a higher value by then.
        bounds: What is possible.
        history: What the device is known to use; ordinary energy is added to it.
    """
    newest = stream.newest
    if stream.state is None or newest is None:
        note = Note(NoteKind.START, sample.at_ms, sample.at_ms, sample.uwh, sample.uwh, sample.uwh)
        return Advanced(Stream(first_state(sample)), (), (note,))
    if sample.at_ms < newest.at_ms:
        if sample.uwh < newest.uwh and newest.at_ms - sample.at_ms <= bounds.gap_limit_ms:
            return Advanced(stream)  # it arrived late: the later one includes it
        stream = _set_back(stream, sample.at_ms - newest.at_ms)
    elif sample.at_ms == newest.at_ms and sample.uwh == newest.uwh:
        return Advanced(stream)
    return _settle_queue(replace(stream, queue=(*stream.queue, sample)), bounds, history)


def settle_all(stream: Stream, bounds: Bounds, history: History) -> Advanced:
    """Settle all samples held back, as if they stayed: none that continue them will come."""
    return _settle_queue(stream, bounds, history, is_over=True)


def _settle_queue(
    stream: Stream, bounds: Bounds, history: History, *, is_over: bool = False
) -> Advanced:
    """Settle as many of the samples held back as can be."""
    state, queue = stream.state, stream.queue
    spans: list[Span] = []
    notes: list[Note] = []
    rules = Rules(bounds, history)
    while state is not None and queue:
        complete = is_over or queue[-1].at_ms > queue[0].at_ms + LOOK_AHEAD_MS
        decision = decide(state, queue, rules, complete=complete)
        if decision is None:
            break
        for span in decision.spans:
            if span.ordinary:
                history.add(span.start_ms, span.end_ms, span.uwh)
        spans += decision.spans
        notes += decision.notes
        state, queue = decision.state, queue[decision.consumed :]
    return Advanced(Stream(state, queue), tuple(spans), tuple(notes))


def _set_back(stream: Stream, step_ms: int) -> Stream:
    """Move all instants by the step of the clock, and a usual interval more."""
    state = stream.state
    if state is None:
        return stream
    known = (state.before, state.base, *stream.queue)
    return move_clock(stream, step_ms - max(SECOND_MS, known[-1].at_ms - known[-2].at_ms))


def move_clock(stream: Stream, by_ms: int) -> Stream:
    """Move all instants, so that the next sample follows after the time that really passed."""
    state = stream.state
    if state is None:
        return stream

    def moved(samples: Sequence[Sample]) -> tuple[Sample, ...]:
        return tuple(sample._replace(at_ms=sample.at_ms + by_ms) for sample in samples)

    before, base, changed = moved((state.before, state.base, state.changed))
    after = replace(
        state,
        before=before,
        base=base,
        changed=changed,
        booked_ms=state.booked_ms + by_ms,
        high=moved(state.high),
    )
    return Stream(after, moved(stream.queue))


def free_explained(stream: Stream, bounds: Bounds) -> Advanced:
    """Count doubts that newly learned bounds explain."""
    if stream.state is None:
        return Advanced(stream)
    doubts = stream.state.doubts
    explained = [doubt for doubt in doubts if is_explained(doubt, bounds)]
    left = tuple(doubt for doubt in doubts if doubt not in explained)
    after = replace(stream, state=replace(stream.state, doubts=left))
    return Advanced(after, *freed(explained))
