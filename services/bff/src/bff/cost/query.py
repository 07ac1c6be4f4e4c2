"""A query for cost: its rows (buckets of time times places), their energy, and its price."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np

from bff.calendar import MIN_MILLISECONDS, Bucket, bucket_edges
from bff.cost.pricing import CostTable, Layout, price_energy
from bff.energy import Energy, EnergyBetween
from bff.place_tree import Level, Place, devices_in, place_of
from bff.prices.spans import PriceSpan, price_by_interval, price_edges
from home_model.config import Device, Home
from service_kit.problems import ProblemError, wrong_input

MAX_ROWS = 20_000
LEVELS: tuple[Level, ...] = ("house", "room", "shelf", "device")


@dataclass(frozen=True, slots=True)
class CostQuery:
    """A place over a range [from_ms, to_ms) of Unix milliseconds, and how to group it into rows."""

    place: Place
    from_ms: int
    to_ms: int
    by: Bucket | None = None
    group_by: Level | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """The rows of a response.

    Attributes:
        bucket_edges: Unix milliseconds; a bucket lies between two neighbours.
        groups: The place of each row, with its devices.
    """

    bucket_edges: Sequence[int]
    groups: Sequence[tuple[Place, Sequence[Device]]]


def group(home: Home, query: CostQuery, zone: ZoneInfo) -> Grouping:
    """Return the rows of a query.

    Raises:
        ProblemError: 422, the range is empty, `group_by` is above the place, or the rows are too
            many.
    """
    _check_range(query)
    groups = _groups(home, query)
    if query.by is None:
        return Grouping([query.from_ms, query.to_ms], groups)
    _check_rows(query, query.by, len(groups))
    return Grouping(bucket_edges(query.from_ms, query.to_ms, query.by, zone), groups)


def _groups(home: Home, query: CostQuery) -> Sequence[tuple[Place, Sequence[Device]]]:
    devices = devices_in(home, query.place)
    level = query.group_by
    if level is None:
        return [(query.place, devices)]
    if LEVELS.index(level) < LEVELS.index(query.place.level):
        message = f"a {query.place.level} has no {level}s in it"
        raise wrong_input(
            message, where="query.group_by", what_to_do="Group by a level below the place."
        )
    groups: dict[Place, list[Device]] = defaultdict(list)
    for device in devices:
        groups[place_of(device, level)].append(device)
    return list(groups.items())


def _check_range(query: CostQuery) -> None:
    if query.from_ms >= query.to_ms:
        message = "from must be before to"
        raise wrong_input(
            message, where="query.from", what_to_do="Ranges are half-open: [from, to)."
        )


def _check_rows(query: CostQuery, by: Bucket, groups: int) -> None:
    buckets = (query.to_ms - query.from_ms) // MIN_MILLISECONDS[by] + 2
    if by == "hour":
        buckets = buckets // 2 + 1  # half hours exist only where clocks move by a half
    if buckets * groups > MAX_ROWS:
        message = f"about {buckets * groups} rows; at most {MAX_ROWS} are returned at once"
        raise ProblemError(
            422,
            "too-many-rows",
            f"This requests {message}.",
            what_to_do="Request a shorter range, a longer bucket (by=day or by=month),"
            " a smaller place, or without group_by.",
        )


def fetch_cost(
    energy_between: EnergyBetween, grouping: Grouping, spans: Sequence[PriceSpan], now_ms: int
) -> CostTable:
    """Fetch the energy of the rows of `grouping` and price it with `spans`.

    Energy is requested between all edges of buckets and prices, and not beyond `now_ms`.
    """
    edges = _edges_until_now(grouping.bucket_edges, spans, now_ms)
    devices = [device.device for _, devices in grouping.groups for device in devices]
    layout = Layout(
        edges=edges,
        bucket_starts=_bucket_starts(edges, grouping.bucket_edges),
        group_starts=_group_starts([len(devices) for _, devices in grouping.groups]),
    )
    # For an empty place, or a range in the future, there is nothing to request.
    is_empty = not devices or len(edges) < 2  # noqa: PLR2004 - an interval has two edges
    energy = _nothing(len(devices), len(edges) - 1) if is_empty else energy_between(devices, edges)
    return price_energy(energy, price_by_interval(spans, edges), layout)


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
