"""Name what makes the ledger differ from PromQL and from the bare readings. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bff.ledger.clean import Limits, Pieces, clean
from bff.ledger.counter import Counter
from bff.ledger.events import Event, events
from bff.ledger.spread import between
from bff.stretch import Stretch

# Less than this nobody has to explain: ways to count round differently.
NEGLIGIBLE_UWH = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceDay:
    """One source of one device on one day.

    Attributes:
        day: The day.
        uwh: Its energy by the ledger's rules; None when nothing is known.
        first: The first reading in it as (Unix milliseconds, micro-watt-hours).
        last: The last one.
        outside_uwh: Of its energy, what lies before the first and after the last reading.
        events: What happened to its counter that touches the day.
    """

    day: Stretch
    uwh: int | None
    first: tuple[int, int] | None
    last: tuple[int, int] | None
    outside_uwh: int
    events: Sequence[Event]

    @property
    def readings_uwh(self) -> int | None:
        """The last reading less the first."""
        if self.first is None or self.last is None:
            return None
        return self.last[1] - self.first[1]


def source_days(counter: Counter, limits: Limits, edges_ms: Sequence[int]) -> Iterator[SourceDay]:
    """Each day between the edges, seen by one source."""
    pieces = clean(counter, limits)
    amounts = between(pieces, np.array(edges_ms, dtype=np.int64))
    happened = sorted(events(counter, limits), key=lambda event: event.from_ms)
    uwh = amounts.measured_uwh + amounts.estimated_uwh
    known_ms = amounts.measured_ms + amounts.estimated_ms
    at = np.searchsorted(counter.at_ms, edges_ms)
    for position in range(len(edges_ms) - 1):
        day = Stretch(edges_ms[position], edges_ms[position + 1])
        inside = counter.part(slice(at[position], at[position + 1]))
        inside_uwh = _from_first_to_last_uwh(pieces, inside)
        yield SourceDay(
            day,
            int(uwh[position]) if known_ms[position] else None,
            _reading(inside, 0),
            _reading(inside, -1),
            int(uwh[position]) - inside_uwh if len(inside) else 0,
            [event for event in happened if _touches(event, day)],
        )


def _from_first_to_last_uwh(pieces: Pieces, inside: Counter) -> int:
    if not len(inside):
        return 0
    amounts = between(pieces, inside.at_ms[[0, -1]])
    return int(amounts.measured_uwh[0] + amounts.estimated_uwh[0])


def _reading(counter: Counter, position: int) -> tuple[int, int] | None:
    if not len(counter):
        return None
    return int(counter.at_ms[position]), int(counter.uwh[position])


def _touches(event: Event, day: Stretch) -> bool:
    return event.from_ms < day.end_ms and event.to_ms >= day.start_ms


def further_reasons(
    seen: SourceDay,
    ledger_uwh: int | None,
    increase_uwh: int | None,
    series: int,
    *,
    is_only_source: bool,
) -> Iterator[str]:
    """The kinds of difference that are no event of the counter."""
    if series > 1:
        yield "moved"
    # Of an only source the ledger may not have seen yet what lies across the end of the range.
    departs = ledger_uwh is not None and _differ(ledger_uwh, seen.uwh)
    if departs and not is_only_source:
        yield "other_source"
    others = (increase_uwh, seen.readings_uwh)
    starts_late = seen.first is not None and seen.first[0] > seen.day.start_ms
    at_edges = starts_late or seen.outside_uwh > NEGLIGIBLE_UWH
    differs = any(other is not None and _differ(other, seen.uwh) for other in others)
    if (at_edges and differs) or (departs and is_only_source):
        yield "edges"


def _differ(one: int, other: int | None) -> bool:
    return abs(one - (other or 0)) > NEGLIGIBLE_UWH
