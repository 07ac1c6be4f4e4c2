"""Costs by contract: what energy bears of the bills of the reading periods in a range."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np

from bff.bills.periods import select_periods
from bff.bills.query import (
    MeasuredPart,
    PeriodBill,
    compute_bills,
    load_tariff,
    price_spans,
)
from bff.contracts.bill import without
from bff.cost.pricing import CostAmounts, CostTable
from bff.cost.query import CostQuery, Grouping, edges_until_now, fetch_cost, fetch_group_energy
from bff.energy import MONEY_EXPONENT, Integers
from bff.register.register import Register
from bff.services import Services
from bff.time_grid import in_zone, unix_milliseconds
from service_kit.problems import ProblemError

type Allocation = Literal["average", "marginal"]

MAX_MARGINALS = 4_000
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ContractCost:
    """A table of costs, and the bills that it is a part of."""

    table: CostTable
    bills: Sequence[PeriodBill]
    allocation: Allocation


def fetch_contract_cost(
    services: Services,
    register: Register,
    query: CostQuery,
    grouping: Grouping,
    allocation: Allocation,
) -> ContractCost:
    """Fetch the energy of the rows of `grouping`, priced by contract.

    Raises:
        ProblemError: 422, too many marginal costs are requested at once.
    """
    zone, now_ms = register.home.zone, unix_milliseconds(services.now())
    tariff = load_tariff(services, register)
    first_day = in_zone(query.from_ms, zone).date()
    end_day = in_zone(query.to_ms - 1, zone).date() + ONE_DAY
    bills = compute_bills(services, register, tariff, select_periods(tariff, first_day, end_day))
    table = fetch_cost(services.energy_between, grouping, price_spans(bills), now_ms)
    if allocation == "marginal":
        _refuse_many(table)
        edges = _marginal_edges(grouping, bills, now_ms)
        uwh = fetch_group_energy(services.energy_between, grouping, edges)
        table = _with_marginals(table, grouping, bills, edges, uwh)
    return ContractCost(table, bills, allocation)


def _refuse_many(table: CostTable) -> None:
    wanted = sum(len(of_bucket) for of_bucket in table.rows)
    if wanted > MAX_MARGINALS:
        raise ProblemError(
            422,
            "too-many-rows",
            f"{wanted} marginal costs; at most {MAX_MARGINALS} are computed at once.",
            what_to_do="Request a shorter range, a longer bucket, or allocation=average.",
        )


def _marginal_edges(grouping: Grouping, bills: Sequence[PeriodBill], now_ms: int) -> Sequence[int]:
    start_ms, end_ms = grouping.bucket_edges[0], grouping.bucket_edges[-1]
    of_parts = {edge for part in _parts(bills) for edge in part.layout.edges}
    inside = {edge for edge in of_parts if start_ms < edge < end_ms}
    return edges_until_now(sorted(inside.union(grouping.bucket_edges)), [], now_ms)


def _parts(bills: Sequence[PeriodBill]) -> Iterator[MeasuredPart]:
    return (part for bill in bills for part in bill.parts if part.bill)


def _with_marginals(
    table: CostTable,
    grouping: Grouping,
    bills: Sequence[PeriodBill],
    edges: Sequence[int],
    uwh: Integers,
) -> CostTable:
    """Replace the money of each cell by what would not have been billed without its energy."""
    parts = list(_parts(bills))

    def marginal(
        amounts: CostAmounts, start_ms: int, end_ms: int, of_group: Integers
    ) -> CostAmounts:
        columns = slice(bisect_left(edges, start_ms), bisect_left(edges, end_ms))
        saved = _saved(parts, edges[columns.start : columns.stop + 1], of_group[columns])
        return amounts._replace(cost_e21=round(saved * 10**MONEY_EXPONENT))

    rows = [
        [marginal(amounts, start, end, uwh[group]) for group, amounts in enumerate(row)]
        for (start, end), row in zip(pairwise(grouping.bucket_edges), table.rows, strict=True)
    ]
    whole = grouping.bucket_edges[0], grouping.bucket_edges[-1]
    return replace(table, rows=rows, total=marginal(table.total, *whole, uwh.sum(axis=0)))


def _saved(parts: Sequence[MeasuredPart], edges: Sequence[int], uwh: Integers) -> Fraction:
    saved = Fraction()
    for part in parts:
        layout = part.layout
        inside = [
            position
            for position, start_ms in enumerate(edges[:-1])
            if layout.edges[0] <= start_ms < layout.edges[-1]
        ]
        if part.bill is None or not inside:
            continue
        interval = np.searchsorted(layout.edges, [edges[each] for each in inside], side="right") - 1
        of_part = np.zeros(len(layout.bands), dtype=np.int64)
        np.add.at(of_part, interval, uwh[inside])
        saved += without(part.bill, layout.usage(of_part))
    return saved
