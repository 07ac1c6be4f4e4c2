"""Compute the bills of reading periods from contracts and measured energy."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from bff.bills.demand import fetch_demand_kw
from bff.bills.energy import HouseEnergy, Meter, fetch_house_energy
from bff.bills.layout import PartLayout, layout_of
from bff.bills.tariff import Tariff, select_slot_prices, select_tariff
from bff.contracts.bill import PartBill, part_bill
from bff.contracts.charges import Context, Usage
from bff.contracts.document import ContractDocument, Statement
from bff.contracts.period import Period
from bff.contracts.shares import UnitPrices, unit_prices
from bff.contracts.timeline import ContractPart, parts_of
from bff.db.engine import read_session
from bff.energy import Integers
from bff.prices.query import PriceSpan
from bff.register.register import Register
from bff.services import Services

# So many intervals of all devices are held at once: a market's half-hours of a period or two.
MAX_INTERVALS = 3_000
# A bill is final when no more than this share of its time was not measured.
MAX_MISSING_SHARE = Fraction(1, 100)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeasuredPart:
    """The energy of a part of a period, and what its contract charges for it.

    Attributes:
        columns: The intervals of the part in `energy`.
        meter: What the bill rests on; None where nothing was measured.
        bill: None where nothing was measured.
    """

    contract: ContractPart
    layout: PartLayout
    energy: HouseEnergy
    columns: slice
    meter: Meter | None
    bill: PartBill | None

    @property
    def used(self) -> Usage:
        """What was used in the house: the devices and the rest."""
        rest = self.energy.rest_uwh[self.columns]
        return self.layout.usage(self._device_uwh.sum(axis=0) + rest)

    @property
    def rest(self) -> Usage:
        """What no device explains."""
        return self.usage_of(self.energy.rest_uwh)

    @property
    def devices(self) -> dict[str, Usage]:
        """What each device used."""
        usages = self.layout.usages(self._device_uwh)
        return dict(zip(self.energy.devices, usages, strict=True))

    @property
    def _device_uwh(self) -> Integers:
        """What each device used: shape (devices, intervals)."""
        of_devices = [uwh[self.columns] for uwh in self.energy.devices.values()]
        none = np.zeros((0, len(self.layout.bands)), dtype=np.int64)
        return np.stack(of_devices) if of_devices else none

    def usage_of(self, uwh: Integers) -> Usage:
        """Return energy of all intervals, as this part charges it."""
        return self.layout.usage(uwh[self.columns])

    @property
    def times_ms(self) -> tuple[int, int]:
        """For how long the house was measured and not."""
        if self.meter is None:
            return 0, 0
        metered = self.energy.by_meter[self.meter].within(self.columns)
        return int(metered.known_ms.sum()), int(metered.missing_ms.sum())

    @property
    def missing(self) -> tuple[str, ...]:
        """The rates and names of days that are not there."""
        return (*(self.bill.missing if self.bill else ()), *self.layout.missing)


@dataclass(frozen=True, slots=True)
class PeriodBill:
    """The bill of one reading period.

    Attributes:
        is_open: The period is not over.
    """

    period: Period
    statement: Statement
    parts: Sequence[MeasuredPart]
    is_open: bool

    @property
    def total(self) -> Fraction | None:
        """What all contracts charge; None where nothing was measured."""
        totals = [part.bill.total for part in self.parts if part.bill]
        return sum(totals, Fraction()) if totals else None

    @property
    def reasons(self) -> Iterator[str]:
        """Why it is provisional; nothing for a final bill."""
        if self.is_open:
            yield "period_open"
        if not self.parts:
            yield "no_contract"
        if any(part.missing for part in self.parts):
            yield "rate_missing"
        if any(_is_unmeasured(part) for part in self.parts):
            yield "not_measured"


def _is_unmeasured(part: MeasuredPart) -> bool:
    known_ms, missing_ms = part.times_ms
    return part.bill is None or missing_ms > MAX_MISSING_SHARE * (known_ms + missing_ms)


def load_tariff(services: Services, register: Register, statement: Statement = "import") -> Tariff:
    """Load what bills of a statement are computed from."""
    return services.cached(select_tariff, statement, register.home.zone)


def compute_bills(
    services: Services,
    register: Register,
    tariff: Tariff,
    periods: Sequence[Period],
    statement: Statement = "import",
) -> list[PeriodBill]:
    """Return the bill of each period, with the energy up to now."""
    today = services.now().astimezone(tariff.zone).date()
    laid_out = [(period, list(_layouts(tariff, period))) for period in periods]
    measured = iter(
        _measured(services, register, tariff, [part for _, parts in laid_out for part in parts])
    )
    return [
        PeriodBill(
            period,
            statement,
            [next(measured) for _ in parts],
            is_open=period.end_day > today,
        )
        for period, parts in laid_out
    ]


type LaidOut = tuple[ContractPart, PartLayout]


def _layouts(tariff: Tariff, period: Period) -> Iterator[LaidOut]:
    for part in parts_of(period, tariff.contracts):
        document = part.agreed.document
        calendar, slot_ms = tariff.calendar(document), tariff.slot_length_ms(document)
        yield part, layout_of(part, calendar, tariff.zone, slot_ms)


def _measured(
    services: Services, register: Register, tariff: Tariff, parts: Sequence[LaidOut]
) -> Iterator[MeasuredPart]:
    for batch in _batches(parts):
        edges = sorted({edge for _, layout in batch for edge in layout.edges})
        energy = fetch_house_energy(services.energy_between, register.entries, edges)
        for contract, layout in batch:
            start = bisect_left(edges, layout.edges[0])
            columns = slice(start, start + len(layout.edges) - 1)
            meter = energy.meter_of(columns)
            measured = MeasuredPart(contract, layout, energy, columns, meter, None)
            yield _billed(services, register, tariff, measured)


def _batches(parts: Sequence[LaidOut]) -> Iterator[list[LaidOut]]:
    batch: list[LaidOut] = []
    intervals = 0
    for part in parts:
        if batch and intervals + len(part[1].edges) > MAX_INTERVALS:
            yield batch
            batch, intervals = [], 0
        batch.append(part)
        intervals += len(part[1].edges)
    if batch:
        yield batch


def _billed(
    services: Services, register: Register, tariff: Tariff, part: MeasuredPart
) -> MeasuredPart:
    if part.meter is None and not part.energy.sold.known_ms[part.columns].any():
        return part
    document, billed = part.contract.agreed.document, part.contract.part
    context = Context(
        billed,
        tariff.rates,
        _slot_prices(services, tariff, document, part.layout),
        fetch_demand_kw(services, register, document, tariff, billed),
    )
    bill = part_bill(document, _usage(part), context)
    return MeasuredPart(part.contract, part.layout, part.energy, part.columns, part.meter, bill)


def _usage(part: MeasuredPart) -> Usage:
    sold_uwh = part.energy.sold.uwh[part.columns]
    if part.meter is None:
        return part.layout.usage(np.zeros_like(sold_uwh), sold_uwh)
    return part.layout.usage(part.energy.by_meter[part.meter].uwh[part.columns], sold_uwh)


def _slot_prices(
    services: Services, tariff: Tariff, document: ContractDocument, layout: PartLayout
) -> dict[str, list[Decimal | None]]:
    wanted = tariff.slot_series(document)
    if not wanted:
        return {}
    with read_session(services.engine) as session:
        return {
            name: select_slot_prices(session, name, layout.slots, tariff.slot_ms[name])
            for name in wanted
        }


def part_prices(part: MeasuredPart) -> UnitPrices | None:
    """Return what each kWh of a part bears; None where nothing was measured."""
    return None if part.bill is None else unit_prices(part.bill, part.used)


def price_spans(bills: Sequence[PeriodBill]) -> list[PriceSpan]:
    """Return what a kWh bears as a function of time: energy times it adds up to the bills."""
    return [span for bill in bills for part in bill.parts for span in _spans(part)]


def _spans(part: MeasuredPart) -> Iterator[PriceSpan]:
    prices, layout = part_prices(part), part.layout
    if prices is None:
        return
    for position, (start_ms, end_ms) in enumerate(pairwise(layout.edges)):
        slot = layout.slot[position] if layout.slots else None
        yield PriceSpan(start_ms, end_ms, prices.at(layout.bands[position], slot))
