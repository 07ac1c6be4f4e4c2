"""Ask for the energy behind a question at the right edges, and price it."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from bff.cost.pricing import Bill, Division, price_energy
from bff.cost.question import Cut
from bff.cost.tariff import PriceSpan, price_by_interval, price_edges
from bff.energy import Energy

type EnergyBetween = Callable[[Sequence[str], Sequence[int]], Energy]


def bill(energy_between: EnergyBetween, cut: Cut, spans: Sequence[PriceSpan], now_ms: int) -> Bill:
    """The bill for the rows of `cut` with the prices of `spans`.

    Energy is asked for between all edges of buckets and prices, and not beyond `now_ms`.
    """
    edges = _edges_until_now(cut.bucket_edges, spans, now_ms)
    devices = [device.device for _, group in cut.groups for device in group]
    division = Division(
        edges=edges,
        bucket_starts=_bucket_starts(edges, cut.bucket_edges),
        group_starts=_group_starts([len(group) for _, group in cut.groups]),
    )
    known = devices and len(edges) > 1  # an empty place, or a range in the future, is not asked for
    energy = energy_between(devices, edges) if known else _nothing(len(devices), len(edges) - 1)
    return price_energy(energy, price_by_interval(spans, edges), division)


def _nothing(devices: int, intervals: int) -> Energy:
    zeros = np.zeros((devices, intervals), dtype=np.int64)
    return Energy(zeros, zeros, zeros, zeros, zeros)


def _edges_until_now(
    bucket_edges: Sequence[int], spans: Sequence[PriceSpan], now_ms: int
) -> list[int]:
    from_ms, to_ms = bucket_edges[0], min(bucket_edges[-1], max(now_ms, bucket_edges[0]))
    inside = {edge for edge in bucket_edges if from_ms < edge < to_ms}
    return sorted({from_ms, to_ms} | inside | price_edges(spans, from_ms, to_ms))


def _bucket_starts(edges: Sequence[int], bucket_edges: Sequence[int]) -> list[int]:
    intervals = len(edges) - 1
    return [min(bisect_left(edges, start), intervals) for start in bucket_edges[:-1]]


def _group_starts(sizes: Sequence[int]) -> list[int]:
    return list(accumulate(sizes[:-1], initial=0))


def first_known_month(
    energy_between: EnergyBetween, devices: Sequence[str], month_edges: Sequence[int]
) -> int | None:
    """The beginning of the first month of which something is known; None when nothing is."""
    energy = energy_between(devices, month_edges)
    known_ms = (energy.measured_ms + energy.estimated_ms).sum(axis=0)
    return next((month_edges[month] for month in known_ms.nonzero()[0].tolist()), None)
