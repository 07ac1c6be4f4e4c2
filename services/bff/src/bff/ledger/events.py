"""The events of a counter: what makes its readings differ from the energy used. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bff.ledger.clean import steps
from bff.ledger.device_rules import Limits
from bff.ledger.samples import CounterSamples

type EventType = Literal["start", "gap", "glitch", "reset", "replacement"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a counter.

    Attributes:
        event_type: `start`: the first sample, which adds nothing. `gap`: a silence whose energy is
            estimated. `glitch`: a sample that never happened, or the last one when it is low
            and its successor is not there yet. `reset`: the counter began again. `replacement`: a
            rise, or a value after a fall, that the device cannot have used.
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


def events(samples: CounterSamples, limits: Limits) -> Iterator[Event]:
    """Return all events of a counter, type by type."""
    if not len(samples):
        return
    first_ms = int(samples.at_ms[0])
    yield Event("start", first_ms, first_ms, int(samples.uwh[0]))
    found = steps(samples, limits)
    good_ms = found.good.at_ms
    for position in np.flatnonzero(~np.isin(samples.at_ms, good_ms)).tolist():
        at_ms = int(samples.at_ms[position])
        yield Event("glitch", at_ms, at_ms, int(samples.uwh[position]))
    steps_of_type: tuple[tuple[EventType, np.ndarray], ...] = (
        ("replacement", ~found.possible),
        ("reset", found.began_again & found.possible),
        ("gap", found.long & found.possible & ~found.began_again),
    )
    for event_type, which in steps_of_type:
        for position in np.flatnonzero(which).tolist():
            start_ms, end_ms = good_ms[position : position + 2].tolist()
            yield Event(event_type, start_ms, end_ms, int(found.uwh[position]))
