"""An explanation as the API shows it: a device's slots, readings and prices. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from bff.cost.pricing import CostAmounts
from bff.db.tables import UnitPrice
from bff.energy import MONEY_EXPONENT, UWH_EXPONENT, plain, scaled
from bff.explain.query import Explained
from bff.explain.schemas import EdgeReading, ExplainedSlot, UsedPrice
from bff.http.schemas import CounterReading, counter_reading
from bff.ledger.fetch import SamplesBySource
from bff.ledger.slots import DeviceRules, slots_between
from bff.time_grid import SLOT_MS, day_start, in_zone, slot_edges, slot_start, unix_milliseconds
from energy_rules.sources import NO_SAMPLES, Samples, Spans
from home_model.sources import PUSHED_SOURCES

type Quality = Literal["measured", "estimated", "mixed", "missing"]


def edges_by_slot(start_ms: int, end_ms: int, max_slots: int) -> list[int]:
    """Return the range's edges and the slot edges between them, for at most `max_slots` slots."""
    inside = slot_edges(slot_start(start_ms) + SLOT_MS, slot_start(end_ms)).tolist()
    edges = [start_ms, *(edge for edge in inside if edge < end_ms), end_ms]
    return edges[: max_slots + 1]


def explained_slots(
    edges: Sequence[int], found: Explained, spans: Sequence[Spans], zone: ZoneInfo
) -> Iterator[ExplainedSlot]:
    """Return each slot with its energy and the source that counted in it."""
    grid = slot_edges(slot_start(edges[0]), slot_start(edges[-1] - 1) + SLOT_MS)
    sources = slots_between(spans, grid, found.rules.former_orders).source.tolist()
    for (start_ms, end_ms), amounts in zip(pairwise(edges), found.of_slots, strict=True):
        kept = found.archived.get(day_start(start_ms))
        position = sources[(start_ms - int(grid[0])) // SLOT_MS]
        source = found.rules.sources[position] if kept is None else kept.source_at(start_ms)
        yield ExplainedSlot(
            from_=in_zone(start_ms, zone),
            to=in_zone(end_ms, zone),
            source=source if amounts.known_ms else None,
            quality=_quality(amounts),
            measured_kwh=scaled(amounts.measured_uwh, UWH_EXPONENT),
            estimated_kwh=scaled(amounts.estimated_uwh, UWH_EXPONENT),
            missing_seconds=amounts.missing_ms / 1000,
            archived=kept is not None,
        )


def _quality(amounts: CostAmounts) -> Quality:
    names: tuple[tuple[Quality, int], ...] = (
        ("measured", amounts.measured_ms),
        ("estimated", amounts.estimated_ms),
        ("missing", amounts.missing_ms),
    )
    there = [name for name, duration_ms in names if duration_ms]
    return there[0] if len(there) == 1 else "mixed" if there else "missing"


def edge_readings(
    edge: Literal["from", "to"],
    at_ms: int,
    rules: DeviceRules,
    samples: SamplesBySource,
    zone: ZoneInfo,
) -> Iterator[EdgeReading]:
    """Return the readings of every source on both sides of an edge."""
    for source in rules.by_source():
        of_source = samples.get(source.source, NO_SAMPLES)
        # A source that measures power has no counter to read.
        if (source.is_former and not len(of_source)) or source.source in PUSHED_SOURCES:
            continue
        after = int(np.searchsorted(of_source.at_ms, at_ms, side="right"))
        yield EdgeReading(
            source=source.source,
            edge=edge,
            before=_reading(of_source, after - 1, zone),
            after=_reading(of_source, after, zone),
        )


def _reading(samples: Samples, position: int, zone: ZoneInfo) -> CounterReading | None:
    if not 0 <= position < len(samples):
        return None
    return counter_reading(int(samples.at_ms[position]), int(samples.uwh[position]), zone)


def used_prices(
    edges: Sequence[int], rows: Sequence[CostAmounts], prices: Sequence[UnitPrice], zone: ZoneInfo
) -> Iterator[UsedPrice]:
    """Return each interval between price edges with its price, its energy and its cost."""
    for (start_ms, end_ms), amounts in zip(pairwise(edges), rows, strict=True):
        price = next((each for each in prices if _holds(each, start_ms)), None)
        known = amounts.measured_uwh + amounts.estimated_uwh
        yield UsedPrice(
            from_=in_zone(start_ms, zone),
            to=in_zone(end_ms, zone),
            id=None if price is None else price.id,
            price_per_kwh=None if price is None else plain(price.price_per_kwh),
            energy_kwh=scaled(known, UWH_EXPONENT) if amounts.known_ms else None,
            cost=scaled(amounts.cost_e21, MONEY_EXPONENT) if amounts.priced_ms else None,
        )


def _holds(price: UnitPrice, at_ms: int) -> bool:
    ends_ms = None if price.valid_to is None else unix_milliseconds(price.valid_to)
    return unix_milliseconds(price.valid_from) <= at_ms and (ends_ms is None or at_ms < ends_ms)
