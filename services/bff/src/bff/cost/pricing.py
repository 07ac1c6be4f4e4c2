"""Price energy exactly: integers until the end, so that children add up to their parents. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bff.energy import Integers
from bff.meter_tree import MeterNotes
from bff.time_grid import Interval


@dataclass(frozen=True, slots=True)
class UsedEnergy:
    """The energy of the rows of a response.

    Attributes:
        own: The quantities of `Energy` of own shares: shape (quantities, rows, intervals).
        through_uwh: All that each row's meter measured: shape (rows, intervals).
    """

    own: Integers
    through_uwh: Integers

    @classmethod
    def nothing(cls, rows: int, intervals: int) -> Self:
        """Return that nothing is known."""
        zeros = np.zeros((5, rows, intervals), dtype=np.int64)
        return cls(zeros, zeros[0])


class CostAmounts(NamedTuple):
    """Energy, money and time of one place in one interval; all exact integers.

    Energy is own shares: of a meter that less was measured by than behind it, negative.

    Attributes:
        through_uwh: All that the meters measured, what is behind them included.
        cost_e21: Money in 10^-21 currency units, of the part that has a price.
        priced_ms: Device-milliseconds that have data and a price.
        unpriced: Where there is energy and no price holds.
    """

    through_uwh: int
    measured_uwh: int
    estimated_uwh: int
    unpriced_uwh: int
    cost_e21: int
    priced_ms: int
    measured_ms: int
    estimated_ms: int
    missing_ms: int
    unpriced: tuple[Interval, ...]

    @property
    def known_ms(self) -> int:
        """Device-milliseconds that were measured or estimated."""
        return self.measured_ms + self.estimated_ms


@dataclass(frozen=True, slots=True)
class CostTable:
    """Amounts by bucket and group, `rows[bucket][group]`, and of all together.

    Attributes:
        notes: What the range shows of its meters.
    """

    rows: list[list[CostAmounts]]
    total: CostAmounts
    notes: MeterNotes = field(default_factory=MeterNotes)


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of rows in the arrays of energy.

    Attributes:
        edges: Unix milliseconds between which the energy was requested.
        bucket_starts: The first interval of each bucket; len(edges) - 1 for a bucket that
            has none because it lies in the future.
        group_starts: The first device of each group.
    """

    edges: Sequence[int]
    bucket_starts: Sequence[int]
    group_starts: Sequence[int]


def price_energy(
    energy: UsedEnergy,
    prices: Sequence[int | None],
    layout: Layout,
    notes: MeterNotes,
) -> CostTable:
    """Multiply each interval's energy by its price and add up by bucket and group."""
    sums = _by_group(energy, layout.group_starts)
    rows = _amounts(sums, prices, layout)
    whole = Layout(layout.edges, [0], [0])
    ((total,),) = _amounts(sums.sum(axis=1, keepdims=True), prices, whole)
    return CostTable(rows, total, notes)


def _amounts(
    sums: Integers, prices: Sequence[int | None], layout: Layout
) -> list[list[CostAmounts]]:
    through_uwh, measured_uwh, estimated_uwh, measured_ms, estimated_ms, missing_ms = sums
    has_price = _has_price(prices)
    known_uwh, known_ms = measured_uwh + estimated_uwh, measured_ms + estimated_ms
    exact_price = np.array([*(price or 0 for price in prices), 0], dtype=object)
    columns = (
        through_uwh,
        measured_uwh,
        estimated_uwh,
        np.where(has_price, 0, known_uwh),
        known_uwh.astype(object) * exact_price,
        np.where(has_price, known_ms, 0),
        measured_ms,
        estimated_ms,
        missing_ms,
    )
    cells = [np.add.reduceat(column, layout.bucket_starts, axis=1).tolist() for column in columns]
    unpriced = _unpriced(known_ms, has_price, layout)
    by_group = [
        [
            CostAmounts(*quantities, unpriced(group, bucket))
            for bucket, quantities in enumerate(zip(*of_group, strict=True))
        ]
        for group, of_group in enumerate(zip(*cells, strict=True))
    ]
    return [list(of_bucket) for of_bucket in zip(*by_group, strict=True)]


def _by_group(energy: UsedEnergy, group_starts: Sequence[int]) -> Integers:
    """Return sums over the devices of each group: (quantities, groups, intervals and an empty one).

    The added empty interval makes the sums of a bucket in the future zero.
    """
    quantities, rows, intervals = energy.own.shape
    sums = np.zeros((1 + quantities, len(group_starts), intervals + 1), dtype=np.int64)
    if rows:  # a place without devices is a group without rows
        np.add.reduceat(energy.through_uwh, group_starts, axis=0, out=sums[0, :, :-1])
        np.add.reduceat(energy.own, group_starts, axis=1, out=sums[1:, :, :-1])
    return sums


def _has_price(prices: Sequence[int | None]) -> NDArray[np.bool_]:
    # The added interval is empty; that it counts as priced keeps it out of every unpriced interval.
    return np.array([*(price is not None for price in prices), True], dtype=bool)


def _unpriced(
    known_ms: Integers, has_price: NDArray[np.bool_], layout: Layout
) -> Callable[[int, int], tuple[Interval, ...]]:
    """Return a function of group and bucket: its intervals without a price that have energy."""
    edges, gaps = layout.edges, _gaps_of_buckets(has_price, layout)
    if not gaps:
        return lambda _group, _bucket: ()
    known_until = np.pad(np.cumsum(known_ms, axis=1), ((0, 0), (1, 0))).tolist()

    def intervals(group: int, bucket: int) -> tuple[Interval, ...]:
        until = known_until[group]
        return tuple(
            Interval(edges[a], edges[b]) for a, b in gaps.get(bucket, ()) if until[b] > until[a]
        )

    return intervals


def _gaps_of_buckets(
    has_price: NDArray[np.bool_], layout: Layout
) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Return the runs of intervals without a price by bucket, cut at its edges."""
    starts = layout.bucket_starts
    ends = [*starts[1:], len(layout.edges) - 1]
    gaps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for first, end in _runs_of_false(has_price):
        for bucket in range(bisect_right(starts, first) - 1, bisect_left(starts, end)):
            gaps[bucket].append((max(first, starts[bucket]), min(end, ends[bucket])))
    return gaps


def _runs_of_false(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of False as [start, end) positions; the last flag is True."""
    changes = np.flatnonzero(np.diff(np.concatenate(([True], flags)).astype(np.int8)))
    return list(pairwise(changes.tolist()))[::2]


def added(amounts: Sequence[CostAmounts]) -> CostAmounts:
    """Add up the amounts of neighbouring intervals, in the order of time."""
    return CostAmounts(
        through_uwh=sum(each.through_uwh for each in amounts),
        measured_uwh=sum(each.measured_uwh for each in amounts),
        estimated_uwh=sum(each.estimated_uwh for each in amounts),
        unpriced_uwh=sum(each.unpriced_uwh for each in amounts),
        cost_e21=sum(each.cost_e21 for each in amounts),
        priced_ms=sum(each.priced_ms for each in amounts),
        measured_ms=sum(each.measured_ms for each in amounts),
        estimated_ms=sum(each.estimated_ms for each in amounts),
        missing_ms=sum(each.missing_ms for each in amounts),
        unpriced=_joined([interval for each in amounts for interval in each.unpriced]),
    )


def _joined(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    joined: list[Interval] = []
    for interval in intervals:
        if joined and joined[-1].end_ms == interval.start_ms:
            joined[-1] = Interval(joined[-1].start_ms, interval.end_ms)
        else:
            joined.append(interval)
    return tuple(joined)
