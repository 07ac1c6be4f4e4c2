"""`/explain`: for a device and a range, the slots, the readings at its edges, the prices used."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from bff.cost.answer import figures
from bff.cost.bill import bill
from bff.cost.pricing import Amounts
from bff.cost.question import Cut
from bff.cost.tariff import PriceSpan, price_edges
from bff.database import instant, reading, unix_milliseconds
from bff.explain.path import edge_readings, edges_by_slot, explained_slots, used_prices
from bff.explain.schemas import Explanation
from bff.grid import SLOT_MS, slot_start
from bff.instants import Instant
from bff.ledger.history import read_history
from bff.places.tree import device_by_id, place_of
from bff.prices.spans import price_spans
from bff.prices.store import all_prices
from bff.problems import wrong_input
from bff.services import Services, Used
from bff.stretch import Stretch
from home_model.config import Device

router = APIRouter(tags=["ledger"])


@router.get("/explain", summary="The path from a number back to readings and prices")
def get_explanation(
    used: Used,
    device: Annotated[str, Query(description="Its id.", examples=["server"])],
    from_: Annotated[Instant, Query(alias="from", description="The first instant of the range.")],
    to: Annotated[
        Instant,
        Query(description="The first instant after it.", examples=["2026-04-01T00:00:00+09:00"]),
    ],
    most_slots: Annotated[
        int, Query(ge=1, le=3_000, description="How many slots are listed at most.")
    ] = 96,
) -> Explanation:
    """Prices and readings at the edges are of the whole range, slots of its first part."""
    home = used.home()
    explained = device_by_id(home, device)
    start_ms, end_ms = unix_milliseconds(from_), unix_milliseconds(min(to, used.now()))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Ask for a range that was.")
    with reading(used.engine) as session:
        prices = [row for row in all_prices(session) if row.currency == home.currency]
        spans = price_spans(session, home.currency)
    price_cuts = sorted({start_ms, end_ms} | price_edges(spans, start_ms, end_ms))
    of_prices, total = _amounts(used, explained, price_cuts, spans)
    slots = edges_by_slot(start_ms, end_ms, most_slots)
    of_slots, _ = _amounts(used, explained, slots, spans)
    [(rules, counters)] = read_history(
        used.ledger, [device], Stretch(slot_start(slots[0]), slots[-1])
    )
    last_slot = Stretch(slot_start(end_ms - 1), slot_start(end_ms - 1) + SLOT_MS)
    [(_, at_end)] = read_history(used.ledger, [device], last_slot)
    return Explanation(
        from_=instant(start_ms).astimezone(home.zone),
        to=instant(end_ms).astimezone(home.zone),
        device=device,
        currency=home.currency,
        total=figures(total, home.zone),
        slots=list(explained_slots(slots, of_slots, rules, counters, home.zone)),
        slots_left_out=len(edges_by_slot(start_ms, end_ms, end_ms)) - len(slots),
        readings=[
            *edge_readings("from", start_ms, rules, counters, home.zone),
            *edge_readings("to", end_ms, rules, at_end, home.zone),
        ],
        prices=list(used_prices(price_cuts, of_prices, prices, home.zone)),
    )


def _amounts(
    used: Services, device: Device, edges: Sequence[int], spans: Sequence[PriceSpan]
) -> tuple[list[Amounts], Amounts]:
    """What lies between neighbouring edges, and all of it."""
    cut = Cut(edges, [(place_of(device, "device"), [device])])
    priced = bill(used.energy_between, cut, spans, unix_milliseconds(used.now()))
    return [of_bucket[0] for of_bucket in priced.rows], priced.total
