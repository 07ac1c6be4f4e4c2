"""Everything an explanation is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bff.cost.pricing import CostAmounts
from bff.cost.query import Grouping, fetch_cost
from bff.db.engine import read_session
from bff.db.tables import UnitPrice
from bff.ledger.archive import KeptDays
from bff.ledger.fetch import SamplesBySource
from bff.ledger.query import fetch_history
from bff.ledger.slots import DeviceRules
from bff.ledger.store import select_days
from bff.prices.query import PriceSpan, price_edges, select_price_spans, select_prices
from bff.register.register import entry_of, place_of
from bff.services import Services
from bff.time_grid import SLOT_MS, Interval, day_start, slot_start, unix_milliseconds
from home_model.config import Device, Home


@dataclass(frozen=True, slots=True)
class Explained:
    """The parts of one explanation.

    Attributes:
        prices: All prices in the house's currency.
        price_edges: The edges of the range and of the prices in it.
        of_prices: The amounts between them.
        total: The amounts of the whole range.
        of_slots: The amounts of the listed slots.
        samples: The samples of the listed slots, by source.
        samples_at_end: Those around the end of the range.
        archived: The days of the listed slots that lost samples, as the ledger kept them.
    """

    prices: Sequence[UnitPrice]
    price_edges: Sequence[int]
    of_prices: Sequence[CostAmounts]
    total: CostAmounts
    of_slots: Sequence[CostAmounts]
    rules: DeviceRules
    samples: SamplesBySource
    samples_at_end: SamplesBySource
    archived: KeptDays


def fetch_explained(
    services: Services, home: Home, device: Device, interval: Interval, slots: Sequence[int]
) -> Explained:
    """Fetch the parts of an explanation; `slots` are the edges of the listed slots.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        LedgerStaleError: The slots of this range are still being built.
    """
    start_ms, end_ms = interval.start_ms, interval.end_ms
    with read_session(services.engine) as session:
        prices = [
            row
            for row in select_prices(session)
            if row.currency == home.currency and row.direction == "import"
        ]
        spans = select_price_spans(session, home.currency)
    edges = sorted({start_ms, end_ms} | price_edges(spans, start_ms, end_ms))
    of_prices, total = _amounts(services, device, edges, spans)
    of_slots, _ = _amounts(services, device, slots, spans)
    listed = Interval(slot_start(slots[0]), slots[-1])
    last_slot = Interval(slot_start(end_ms - 1), slot_start(end_ms - 1) + SLOT_MS)
    [(of_device, samples)] = fetch_history(services.ledger, [device.device], listed)
    [(_, samples_at_end)] = fetch_history(services.ledger, [device.device], last_slot)
    days = Interval(day_start(listed.start_ms), listed.end_ms)
    with read_session(services.engine) as session:
        kept = select_days(session, device.device, days)
    archived = {day_ms: day for day_ms, day in kept.items() if day.is_archived}
    return Explained(
        prices,
        edges,
        of_prices,
        total,
        of_slots,
        of_device.rules,
        samples,
        samples_at_end,
        archived,
    )


def _amounts(
    services: Services, device: Device, edges: Sequence[int], spans: Sequence[PriceSpan]
) -> tuple[list[CostAmounts], CostAmounts]:
    """Return the amounts between neighbouring edges, and those of the whole."""
    # Its counter alone: what is behind it has counters of its own.
    entry = replace(entry_of(device), kind="load", upstream=None, house_meter=False)
    grouping = Grouping(edges, [(place_of(entry, "device"), [entry])])
    now_ms = unix_milliseconds(services.now())
    table = fetch_cost(services.energy_between, grouping, spans, now_ms)
    return [of_bucket[0] for of_bucket in table.rows], table.total
