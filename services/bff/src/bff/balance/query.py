"""The amounts of a balance: what is used, bought, sold, generated and stored, and its prices."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bff.cost.query import edges_until_now
from bff.energy import EnergyBetween, Integers
from bff.meter_tree import BOUGHT_KINDS, MeterNotes, OwnEnergy, own_energy
from bff.prices.query import PriceSpan, price_by_interval
from bff.register.register import Entry, with_exported
from home_model.config import Kind


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of what is bought or used, and of what is sold."""

    bought: Sequence[PriceSpan]
    sold: Sequence[PriceSpan]


@dataclass(frozen=True, slots=True)
class Flow:
    """Energy in one interval; None where nothing was measured or there is no such meter.

    Attributes:
        cost_e21: Of the part that has a price; None where none of it has.
        unpriced_uwh: The part that has none.
    """

    uwh: int | None = None
    cost_e21: int | None = None
    unpriced_uwh: int = 0


NO_FLOW = Flow()


@dataclass(frozen=True, slots=True)
class BalanceAmounts:
    """One interval of a balance.

    Attributes:
        rest_uwh: What no device explains.
        balance_uwh: What the meters of grid and generation give beyond the house meter.
        has_grid: Whether there is a meter of what is bought: only then there is a bill of it.
    """

    used: Flow
    bought: Flow
    sold: Flow
    generated: Flow
    charged: Flow
    discharged: Flow
    rest_uwh: int | None
    balance_uwh: int | None
    has_grid: bool

    @property
    def own_use_uwh(self) -> int | None:
        """What was generated and not sold; None where nothing is generated."""
        if self.generated.uwh is None:
            return None
        return self.generated.uwh - (self.sold.uwh or 0)

    @property
    def bill_e21(self) -> int | None:
        """What is bought less what is sold; without a grid meter, what is used."""
        base = self.bought if self.has_grid else self.used
        return None if base.cost_e21 is None else base.cost_e21 - (self.sold.cost_e21 or 0)


@dataclass(frozen=True, slots=True)
class BalanceTable:
    """The amounts of every bucket, of all together, and what the range shows of its meters."""

    rows: Sequence[BalanceAmounts]
    total: BalanceAmounts
    notes: MeterNotes


def fetch_balance(
    energy_between: EnergyBetween,
    entries: Sequence[Entry],
    bucket_edges: Sequence[int],
    prices: Prices,
    now_ms: int,
) -> BalanceTable:
    """Fetch the amounts of every bucket; those of the future are left out."""
    spans = [*prices.bought, *prices.sold]
    edges = edges_until_now(bucket_edges, spans, now_ms)
    if not entries or len(edges) < 2:  # noqa: PLR2004 - an interval has two edges
        return BalanceTable([], total_of([]), MeterNotes())
    entries = with_exported(entries)
    shares = own_energy(energy_between, entries, entries, edges, with_house=True)
    table = _Table(entries, shares, edges, prices)
    starts = np.searchsorted(edges, [edge for edge in bucket_edges if edge < edges[-1]]).tolist()
    ends = [*starts[1:], len(edges) - 1]
    rows = [table.amounts(slice(start, end)) for start, end in zip(starts, ends, strict=True)]
    return BalanceTable(rows, total_of(rows), shares.meter_notes())


def total_of(table: Sequence[BalanceAmounts]) -> BalanceAmounts:
    """Add up neighbouring buckets."""
    return BalanceAmounts(
        used=_added([each.used for each in table]),
        bought=_added([each.bought for each in table]),
        sold=_added([each.sold for each in table]),
        generated=_added([each.generated for each in table]),
        charged=_added([each.charged for each in table]),
        discharged=_added([each.discharged for each in table]),
        rest_uwh=_sum([each.rest_uwh for each in table]),
        balance_uwh=_sum([each.balance_uwh for each in table]),
        has_grid=any(each.has_grid for each in table),
    )


def _added(flows: Sequence[Flow]) -> Flow:
    return Flow(
        _sum([flow.uwh for flow in flows]),
        _sum([flow.cost_e21 for flow in flows]),
        sum(flow.unpriced_uwh for flow in flows),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class _Table:
    """Energy by kind and interval, added up once for all buckets, with each interval's price."""

    def __init__(
        self, entries: Sequence[Entry], shares: OwnEnergy, edges: Sequence[int], prices: Prices
    ) -> None:
        kinds = np.array([entry.kind for entry in entries])
        house_meter = np.array([entry.house_meter for entry in entries], dtype=bool)
        own, rest = shares.own.stacked(), shares.house_rest.stacked().sum(axis=1)
        through = shares.through.stacked()

        def through_of(*wanted: Kind) -> Integers:
            return through[:, np.isin(kinds, wanted)].sum(axis=1)

        self._of_meter = own[:, house_meter].sum(axis=1)
        self._unexplained = self._of_meter + rest
        self._used = own[:, kinds == "load"].sum(axis=1) + rest
        self._imported = through_of("grid", "grid_import")
        self._exported = through_of("grid_export")
        self._generated = through_of("generation")
        self._charged = through_of("charge")
        self._discharged = through_of("discharge")
        self._balance_uwh = shares.balance_uwh
        self._bought = _price_array(prices.bought, edges)
        self._sold = _price_array(prices.sold, edges)
        starts = np.array(edges[:-1])
        self._has_grid = np.zeros(len(starts), dtype=bool)
        for entry in entries:
            if entry.kind in BOUGHT_KINDS:
                self._has_grid |= (starts >= entry.from_ms) & (starts < entry.to_ms)

    def amounts(self, columns: slice) -> BalanceAmounts:
        has_grid = bool(self._has_grid[columns].any())
        both_known = has_grid and self._of_meter[2:4, columns].any()
        return BalanceAmounts(
            used=_flow(self._used, columns, self._bought),
            bought=_flow(self._imported, columns, self._bought),
            sold=_flow(self._exported, columns, self._sold),
            generated=_flow(self._generated, columns),
            charged=_flow(self._charged, columns),
            discharged=_flow(self._discharged, columns),
            rest_uwh=_flow(self._unexplained, columns).uwh,
            balance_uwh=int(self._balance_uwh[columns].sum()) if both_known else None,
            has_grid=has_grid,
        )


def _flow(amounts: Integers, columns: slice, prices: Integers | None = None) -> Flow:
    """Return the sum of some intervals, with its price; the axes are quantity, interval."""
    part = amounts[:, columns]
    if not part[2:4].any():
        return NO_FLOW
    uwh = part[0] + part[1]
    if prices is None:
        return Flow(int(uwh.sum()))
    of_columns = prices[columns]
    priced = of_columns != None  # noqa: E711 - element by element
    cost_e21 = sum(a * b for a, b in zip(uwh[priced].tolist(), of_columns[priced], strict=True))
    return Flow(
        int(uwh.sum()),
        cost_e21 if (part[2:4].sum(axis=0) * priced).any() else None,
        int(uwh[~priced].sum()),
    )


def _price_array(spans: Sequence[PriceSpan], edges: Sequence[int]) -> Integers:
    return np.array(price_by_interval(spans, edges), dtype=object)
