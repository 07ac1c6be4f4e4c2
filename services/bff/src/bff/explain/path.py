"""The steps of the path from a device's number back to its readings and prices. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from bff.cost.pricing import MONEY_EXPONENT, UWH_EXPONENT, Amounts
from bff.database import instant, unix_milliseconds
from bff.decimals import plain, scaled
from bff.explain.schemas import EdgeReading, ExplainedSlot, UsedPrice
from bff.grid import SLOT_MS, slot_edges, slot_start
from bff.ledger.counter import Counter
from bff.ledger.gather import CountersOfSource
from bff.ledger.rules import DeviceRules
from bff.ledger.schemas import CounterReading
from bff.ledger.slots import NO_SAMPLES, pieces_of, slots_between
from bff.prices.model import UnitPrice

type Quality = Literal["measured", "estimated", "mixed", "missing"]


def edges_by_slot(start_ms: int, end_ms: int, most: int) -> list[int]:
    """The range's edges and the slot edges between them, for at most so many slots."""
    inside = slot_edges(slot_start(start_ms) + SLOT_MS, slot_start(end_ms)).tolist()
    edges = [start_ms, *(edge for edge in inside if edge < end_ms), end_ms]
    return edges[: most + 1]


def explained_slots(
    edges: Sequence[int],
    rows: Sequence[Amounts],
    rules: DeviceRules,
    counters: CountersOfSource,
    zone: ZoneInfo,
) -> Iterator[ExplainedSlot]:
    """Each slot with what it holds and the source that counted in it."""
    grid = slot_edges(slot_start(edges[0]), slot_start(edges[-1] - 1) + SLOT_MS)
    sources = slots_between(pieces_of(rules, counters), grid).source.tolist()
    for (start_ms, end_ms), amounts in zip(pairwise(edges), rows, strict=True):
        source = rules.sources[sources[(start_ms - int(grid[0])) // SLOT_MS]]
        yield ExplainedSlot(
            from_=instant(start_ms).astimezone(zone),
            to=instant(end_ms).astimezone(zone),
            source=source if amounts.known_ms else None,
            quality=_quality(amounts),
            measured_kwh=scaled(amounts.measured_uwh, UWH_EXPONENT),
            estimated_kwh=scaled(amounts.estimated_uwh, UWH_EXPONENT),
            missing_seconds=amounts.missing_ms / 1000,
        )


def _quality(amounts: Amounts) -> Quality:
    names: tuple[tuple[Quality, int], ...] = (
        ("measured", amounts.measured_ms),
        ("estimated", amounts.estimated_ms),
        ("missing", amounts.missing_ms),
    )
    there = [name for name, lasts_ms in names if lasts_ms]
    return there[0] if len(there) == 1 else "mixed" if there else "missing"


def edge_readings(
    edge: Literal["from", "to"],
    at_ms: int,
    rules: DeviceRules,
    counters: CountersOfSource,
    zone: ZoneInfo,
) -> Iterator[EdgeReading]:
    """The readings of every source on both sides of an edge."""
    for source in rules.sources:
        counter = counters.get(source, NO_SAMPLES)
        after = int(np.searchsorted(counter.at_ms, at_ms, side="right"))
        yield EdgeReading(
            source=source,
            edge=edge,
            before=_reading(counter, after - 1, zone),
            after=_reading(counter, after, zone),
        )


def _reading(counter: Counter, position: int, zone: ZoneInfo) -> CounterReading | None:
    if not 0 <= position < len(counter):
        return None
    return CounterReading(
        at=instant(int(counter.at_ms[position])).astimezone(zone),
        kwh=scaled(int(counter.uwh[position]), UWH_EXPONENT),
    )


def used_prices(
    edges: Sequence[int], rows: Sequence[Amounts], prices: Sequence[UnitPrice], zone: ZoneInfo
) -> Iterator[UsedPrice]:
    """Each stretch between price edges with its price, its energy and what that cost."""
    for (start_ms, end_ms), amounts in zip(pairwise(edges), rows, strict=True):
        price = next((each for each in prices if _holds(each, start_ms)), None)
        known = amounts.measured_uwh + amounts.estimated_uwh
        yield UsedPrice(
            from_=instant(start_ms).astimezone(zone),
            to=instant(end_ms).astimezone(zone),
            id=None if price is None else price.id,
            price_per_kwh=None if price is None else plain(price.price_per_kwh),
            energy_kwh=scaled(known, UWH_EXPONENT) if amounts.known_ms else None,
            cost=scaled(amounts.cost_e15, MONEY_EXPONENT) if amounts.priced_ms else None,
        )


def _holds(price: UnitPrice, at_ms: int) -> bool:
    ends_ms = None if price.valid_to is None else unix_milliseconds(price.valid_to)
    return unix_milliseconds(price.valid_from) <= at_ms and (ends_ms is None or at_ms < ends_ms)
