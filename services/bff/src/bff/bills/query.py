"""Compute the bills of reading periods from contracts and measured energy."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from bff.bills.energy import HouseEnergy, Meter, fetch_house_energy
from bff.bills.layout import PartLayout, layout_of
from bff.bills.tariff import Tariff, select_slot_prices, select_tariff
from bff.contracts.bill import PartBill, part_bill
from bff.contracts.charges import Context, Usage
from bff.contracts.document import BasicLine, ContractDocument, Demand, Statement
from bff.contracts.period import BilledPart, Period
from bff.contracts.shares import UnitPrices, unit_prices
from bff.contracts.timeline import ContractPart, parts_of
from bff.db.engine import read_session
from bff.energy import Integers
from bff.prices.spans import PriceSpan
from bff.readings.periods import MIN_APART, periods_within
from bff.register.entries import Entry
from bff.register.view import Register
from bff.services import Services
from bff.time_grid import midnight, unix_milliseconds
from bff.units import UWH_PER_KWH

# So many intervals of all devices are held at once: a market's half-hours of a period or two.
MAX_INTERVALS = 3_000
# A bill is final when no more than this share of its time was not measured.
MAX_MISSING_SHARE = Fraction(1, 100)
ONE_DAY = timedelta(days=1)
MS_PER_HOUR = 3_600_000


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
        _demand_kw(services, register, document, tariff, billed),
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


def _demand_kw(
    services: Services,
    register: Register,
    document: ContractDocument,
    tariff: Tariff,
    part: BilledPart,
) -> dict[str, Fraction]:
    """Return the highest mean power of a slot, by line that charges it; without unknown ones."""
    found = {
        line.name: _highest_kw(services, register, line.demand, tariff, part)
        for line in document.lines
        if isinstance(line, BasicLine) and line.demand
    }
    return {name: kw for name, kw in found.items() if kw is not None}


def _highest_kw(
    services: Services, register: Register, demand: Demand, tariff: Tariff, part: BilledPart
) -> Fraction | None:
    """Return the highest mean power of a slot in the months up to the end of a part."""
    slot_ms = MS_PER_HOUR * demand.slot_minutes // 60
    end_ms = min(midnight(part.end_day, tariff.zone), unix_milliseconds(services.now()))
    end_ms = end_ms // slot_ms * slot_ms
    first = _demand_begins(tariff, part, demand.window_months)
    start_ms = midnight(first, tariff.zone) // slot_ms * slot_ms
    highest: int | None = None
    for from_ms in range(start_ms, end_ms, slot_ms * MAX_INTERVALS):
        edges = list(range(from_ms, min(from_ms + slot_ms * MAX_INTERVALS, end_ms) + 1, slot_ms))
        energy = fetch_house_energy(services.energy_between, _of_house(register), edges)
        meter = energy.meter_of(slice(None))
        if meter is not None:
            highest = max(highest or 0, int(energy.by_meter[meter].uwh.max(initial=0)))
    return None if highest is None else Fraction(highest * MS_PER_HOUR, slot_ms * UWH_PER_KWH)


def _of_house(register: Register) -> Sequence[Entry]:
    """Return the entries that measure the whole house, where there are any."""
    grid = [entry for entry in register.entries if entry.kind in {"grid", "grid_import"}]
    meters = [entry for entry in register.entries if entry.house_meter]
    return grid or meters or register.entries


def _demand_begins(tariff: Tariff, part: BilledPart, months: int) -> date:
    """Return the reading so many months before the end of a part; without one near, that day."""
    years, month = divmod(part.end_day.year * 12 + part.end_day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    day = date(years, month + 1, min(part.end_day.day, last))
    near = periods_within(tariff.readings, day - MIN_APART, day + MIN_APART)
    readings = [edge for each in near for edge in (each.first_day, each.end_day)]
    found = min(readings, key=lambda reading: abs(reading - day), default=day)
    return found if abs(found - day) < MIN_APART else day


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
