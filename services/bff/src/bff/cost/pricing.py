"""Price energy exactly: integers until the end, so that children add up to their parents.

Energy is in micro-watt-hours (10^-9 kWh), prices are in 10^-6 currency units per kWh;
their products, money in 10^-15 currency units, are Python integers of any length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bff.energy import Energy, Integers
from bff.stretch import Stretch

UWH_EXPONENT = 9
MONEY_EXPONENT = 15


@dataclass(frozen=True, slots=True)
class Amounts:
    """Energy, money and time of one place in one stretch; all exact integers.

    Attributes:
        cost_e15: Money in 10^-15 currency units, of the part that has a price.
        priced_ms: Device-milliseconds that are known and have a price.
        unpriced: Where energy is known and no price holds.
    """

    measured_uwh: int
    estimated_uwh: int
    unpriced_uwh: int
    cost_e15: int
    priced_ms: int
    measured_ms: int
    estimated_ms: int
    missing_ms: int
    unpriced: tuple[Stretch, ...]

    @property
    def known_ms(self) -> int:
        """Device-milliseconds that were measured or estimated."""
        return self.measured_ms + self.estimated_ms


@dataclass(frozen=True, slots=True)
class Bill:
    """Amounts by bucket and group, `rows[bucket][group]`, and of all together."""

    rows: list[list[Amounts]]
    total: Amounts


@dataclass(frozen=True, slots=True)
class Division:
    """How energy is cut into rows.

    Attributes:
        edges: Unix milliseconds between which the energy was asked for.
        bucket_starts: Which interval each bucket begins with; len(edges) - 1 for a bucket that
            has none because it lies in the future.
        group_starts: Which device each group begins with.
    """

    edges: Sequence[int]
    bucket_starts: Sequence[int]
    group_starts: Sequence[int]


def price_energy(energy: Energy, prices: Sequence[int | None], division: Division) -> Bill:
    """Multiply each interval's energy by its price and add up by bucket and group."""
    sums = _by_group(energy, division.group_starts)
    rows = _amounts(sums, prices, division)
    whole = Division(division.edges, [0], [0])
    ((total,),) = _amounts(sums.sum(axis=1, keepdims=True), prices, whole)
    return Bill(rows, total)


def _amounts(
    sums: Integers, prices: Sequence[int | None], division: Division
) -> list[list[Amounts]]:
    measured_uwh, estimated_uwh, measured_ms, estimated_ms, missing_ms = sums
    has_price = _has_price(prices)
    known_uwh, known_ms = measured_uwh + estimated_uwh, measured_ms + estimated_ms
    exact_price = np.array([*(price or 0 for price in prices), 0], dtype=object)
    columns = (
        measured_uwh,
        estimated_uwh,
        np.where(has_price, 0, known_uwh),
        known_uwh.astype(object) * exact_price,
        np.where(has_price, known_ms, 0),
        measured_ms,
        estimated_ms,
        missing_ms,
    )
    cells = [np.add.reduceat(column, division.bucket_starts, axis=1).tolist() for column in columns]
    unpriced = _unpriced(known_ms, has_price, division)
    by_group = [
        [
            Amounts(*quantities, unpriced(group, bucket))
            for bucket, quantities in enumerate(zip(*of_group, strict=True))
        ]
        for group, of_group in enumerate(zip(*cells, strict=True))
    ]
    return [list(of_bucket) for of_bucket in zip(*by_group, strict=True)]


def _by_group(energy: Energy, group_starts: Sequence[int]) -> Integers:
    """Sums over the devices of each group: (quantities, groups, intervals and one of nothing).

    The added empty device and interval give the sums of a place without devices, and of a
    bucket in the future, something to add up.
    """
    stacked = np.stack(
        [
            energy.measured_uwh,
            energy.estimated_uwh,
            energy.measured_ms,
            energy.estimated_ms,
            energy.missing_ms,
        ]
    )
    padded = np.pad(stacked, ((0, 0), (0, 1), (0, 1)))
    return np.add.reduceat(padded, group_starts, axis=1)


def _has_price(prices: Sequence[int | None]) -> NDArray[np.bool_]:
    # The added interval is empty; that it counts as priced keeps it out of every unpriced stretch.
    return np.array([*(price is not None for price in prices), True], dtype=bool)


def _unpriced(
    known_ms: Integers, has_price: NDArray[np.bool_], division: Division
) -> Callable[[int, int], tuple[Stretch, ...]]:
    """For a group and bucket: its stretches without a price in which energy is known."""
    edges, starts = division.edges, division.bucket_starts
    ends = [*starts[1:], len(edges) - 1]
    gaps = _runs_of_false(has_price)
    if not gaps:
        return lambda _group, _bucket: ()
    known_until = np.pad(np.cumsum(known_ms, axis=1), ((0, 0), (1, 0)))

    def stretches(group: int, bucket: int) -> tuple[Stretch, ...]:
        within = [(max(a, starts[bucket]), min(b, ends[bucket])) for a, b in gaps]
        return tuple(
            Stretch(edges[a], edges[b])
            for a, b in within
            if a < b and known_until[group, b] > known_until[group, a]
        )

    return stretches


def _runs_of_false(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where False begins and ends, as [start, end) positions; the last flag is True."""
    changes = np.flatnonzero(np.diff(np.concatenate(([True], flags)).astype(np.int8)))
    return list(pairwise(changes.tolist()))[::2]
