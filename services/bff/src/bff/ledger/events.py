"""What happened to a counter besides being read: the names of differences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bff.ledger.clean import Limits, steps
from bff.ledger.counter import Counter

type Kind = Literal["start", "gap", "glitch", "reset", "replacement"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that makes a counter's readings differ from the energy used.

    Attributes:
        kind: `start`: the first sample, which adds nothing. `gap`: a silence whose energy is
            estimated. `glitch`: a sample that never happened, or the last one when it is low
            and still waits. `reset`: the counter began again. `replacement`: a rise, or a value
            after a fall, that the device cannot have used.
        from_ms: The good sample before, Unix milliseconds; that of the event itself for
            `start` and `glitch`.
        to_ms: The sample that showed it.
        uwh: What the counter showed for `start` and `glitch`; the energy counted for `gap` and
            `reset`; what was not counted for `replacement`.
    """

    kind: Kind
    from_ms: int
    to_ms: int
    uwh: int


def events(counter: Counter, limits: Limits) -> Iterator[Event]:
    """All events of a counter, kind by kind."""
    if not len(counter):
        return
    first_ms = int(counter.at_ms[0])
    yield Event("start", first_ms, first_ms, int(counter.uwh[0]))
    found = steps(counter, limits)
    good_ms = found.good.at_ms
    for position in np.flatnonzero(~np.isin(counter.at_ms, good_ms)).tolist():
        at_ms = int(counter.at_ms[position])
        yield Event("glitch", at_ms, at_ms, int(counter.uwh[position]))
    kinds: tuple[tuple[Kind, np.ndarray], ...] = (
        ("replacement", ~found.possible),
        ("reset", found.began_again & found.possible),
        ("gap", found.long & found.possible & ~found.began_again),
    )
    for kind, which in kinds:
        for position in np.flatnonzero(which).tolist():
            start_ms, end_ms = good_ms[position : position + 2].tolist()
            yield Event(kind, start_ms, end_ms, int(found.uwh[position]))
