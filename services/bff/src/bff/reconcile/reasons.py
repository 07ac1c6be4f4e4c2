"""The events of a counter: what makes its readings differ from the energy used. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from energy_rules.state import Note, NoteKind

type EventType = Literal["start", "gap", "glitch", "reset", "replacement"]

TYPES: Mapping[NoteKind, EventType] = {
    NoteKind.START: "start",
    NoteKind.SILENCE: "gap",
    NoteKind.LEFT_OUT: "glitch",
    NoteKind.RESTART: "reset",
    NoteKind.DOUBTFUL_RISE: "replacement",
    NoteKind.DOUBTFUL_RESTART: "replacement",
    NoteKind.FALL: "replacement",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a counter.

    Attributes:
        event_type: `start`: the first sample, which adds nothing. `gap`: a silence whose energy is
            estimated. `glitch`: a sample that never happened. `reset`: the counter began again.
            `replacement`: a rise, or a value after a fall, that is not counted.
        from_ms: The good sample before, Unix milliseconds; that of the event itself for
            `start` and `glitch`.
        to_ms: The sample that showed it.
        uwh: The counter's value for `start` and `glitch`; the energy counted for `gap` and
            `reset`; the energy not counted for `replacement`.
    """

    event_type: EventType
    from_ms: int
    to_ms: int
    uwh: int


def events(notes: Sequence[Note]) -> Iterator[Event]:
    """Return the events of a counter, in the order of time."""
    freed = {note.at_ms for note in notes if note.kind is NoteKind.FREED}
    for note in notes:
        event_type = TYPES.get(note.kind)
        if event_type is None or (event_type == "replacement" and note.at_ms in freed):
            continue
        if event_type == "glitch":
            yield Event(event_type, note.at_ms, note.at_ms, note.after_uwh)
        else:
            yield Event(event_type, note.since_ms, note.at_ms, note.uwh)
