"""What makes the ledger differ from PromQL and from the bare readings. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bff.ledger.slots import SourceRules, judge_source
from bff.reconcile.reasons import Event, events
from bff.time_grid import Interval
from energy_rules.sources import NO_SAMPLES, Samples, Spans, between
from home_model.sources import PUSHED_SOURCES

# Smaller differences need no explanation: the ways to count round differently.
NEGLIGIBLE_UWH = 1_000_000


@dataclass(frozen=True, slots=True)
class SourceDay:
    """One source of one device on one day.

    Attributes:
        day: The day.
        uwh: Its energy by the ledger's rules; None without data.
        first: The first reading in it as (Unix milliseconds, micro-watt-hours).
        last: The last one.
        outside_uwh: Of its energy, what lies before the first and after the last reading.
        events: The events of its counter that touch the day.
        has_counter: False for a source that measures power: it has no readings.
    """

    day: Interval
    uwh: int | None
    first: tuple[int, int] | None
    last: tuple[int, int] | None
    outside_uwh: int
    events: Sequence[Event]
    has_counter: bool = True

    @property
    def readings_uwh(self) -> int | None:
        """The last reading less the first."""
        if self.first is None or self.last is None:
            return None
        return self.last[1] - self.first[1]


def source_days(
    samples: Samples, rules: SourceRules, edges_ms: Sequence[int], now_ms: int
) -> Iterator[SourceDay]:
    """Return each day between the edges, by one source."""
    judged = judge_source(samples, rules, now_ms)
    spans = judged.spans
    amounts = between(spans, np.array(edges_ms, dtype=np.int64))
    all_events = sorted(events(judged.notes), key=lambda event: event.from_ms)
    uwh = amounts.measured_uwh + amounts.estimated_uwh
    known_ms = amounts.measured_ms + amounts.estimated_ms
    has_counter = rules.source not in PUSHED_SOURCES
    readings = samples if has_counter else NO_SAMPLES
    at = np.searchsorted(readings.at_ms, edges_ms)
    for position in range(len(edges_ms) - 1):
        day = Interval(edges_ms[position], edges_ms[position + 1])
        inside = readings.part(slice(at[position], at[position + 1]))
        inside_uwh = _from_first_to_last_uwh(spans, inside)
        yield SourceDay(
            day,
            int(uwh[position]) if known_ms[position] else None,
            _reading(inside, 0),
            _reading(inside, -1),
            int(uwh[position]) - inside_uwh if len(inside) else 0,
            [event for event in all_events if _touches(event, day)],
            has_counter,
        )


def _from_first_to_last_uwh(spans: Spans, inside: Samples) -> int:
    if not len(inside):
        return 0
    amounts = between(spans, inside.at_ms[[0, -1]])
    return int(amounts.measured_uwh[0] + amounts.estimated_uwh[0])


def _reading(samples: Samples, position: int) -> tuple[int, int] | None:
    if not len(samples):
        return None
    return int(samples.at_ms[position]), int(samples.uwh[position])


def _touches(event: Event, day: Interval) -> bool:
    return event.from_ms < day.end_ms and event.to_ms >= day.start_ms


def further_reasons(
    of_source: SourceDay,
    ledger_uwh: int | None,
    increase_uwh: int | None,
    series: int,
    *,
    is_only_source: bool,
) -> Iterator[str]:
    """Return the names of differences that are no event of the counter."""
    if series > 1:
        yield "moved"
    # The ledger may not have counted yet what an only source has across the end of the range.
    is_apart = ledger_uwh is not None and _differ(ledger_uwh, of_source.uwh)
    if is_apart and not is_only_source:
        yield "other_source"
    if not of_source.has_counter:
        if _differ(of_source.uwh or 0, increase_uwh):
            yield "by_power"
        return
    others = (increase_uwh, of_source.readings_uwh)
    starts_late = of_source.first is not None and of_source.first[0] > of_source.day.start_ms
    at_edges = starts_late or of_source.outside_uwh > NEGLIGIBLE_UWH
    differs = any(other is not None and _differ(other, of_source.uwh) for other in others)
    if (at_edges and differs) or (is_apart and is_only_source):
        yield "edges"


def _differ(one: int, other: int | None) -> bool:
    return abs(one - (other or 0)) > NEGLIGIBLE_UWH
