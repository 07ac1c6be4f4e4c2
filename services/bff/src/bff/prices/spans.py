"""The prices of a house as a function of time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A price in 10^-12 currency units per kWh, from one instant until just before another.

    Attributes:
        to_ms: Unix milliseconds; None when it holds for ever.
    """

    from_ms: int
    to_ms: int | None
    price_e12: int


def price_edges(spans: Sequence[PriceSpan], from_ms: int, to_ms: int) -> set[int]:
    """Return the instants within the range at which a price begins or ends."""
    edges = {span.from_ms for span in spans} | {span.to_ms for span in spans if span.to_ms}
    return {edge for edge in edges if from_ms < edge < to_ms}


def price_by_interval(spans: Sequence[PriceSpan], edges: Sequence[int]) -> list[int | None]:
    """Return the price in each interval between two edges; None where none holds.

    The edges contain every price edge within them, so one price holds for a whole interval.
    """
    ordered = sorted(spans, key=lambda span: span.from_ms)
    prices: list[int | None] = []
    position = 0
    for start, _ in pairwise(edges):
        while position < len(ordered) and _is_over(ordered[position], start):
            position += 1
        holds = position < len(ordered) and ordered[position].from_ms <= start
        prices.append(ordered[position].price_e12 if holds else None)
    return prices


def _is_over(span: PriceSpan, at_ms: int) -> bool:
    return span.to_ms is not None and span.to_ms <= at_ms
