"""`/explain`: for a device and a range, the slots, the readings at its edges, the prices used."""

from typing import Annotated

from fastapi import APIRouter, Query

from bff.cost.response import figures
from bff.explain.query import fetch_explained
from bff.explain.response import edge_readings, edges_by_slot, explained_slots, used_prices
from bff.explain.schemas import Explanation
from bff.http.schemas import Instant
from bff.ledger.witness import judge_with_witnesses
from bff.register.register import device_by_id
from bff.services import UsedServices
from bff.time_grid import Interval, in_zone, unix_milliseconds
from bff.victoriametrics.patience import REQUEST
from service_kit.problems import wrong_input

router = APIRouter(tags=["ledger"])


@router.get("/explain", summary="The path from a number back to readings and prices")
def get_explanation(
    services: UsedServices,
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
    """Prices and readings at the edges are of the whole range, slots of its first part.

    Of a meter: all that it measured. `/cost` takes off what the devices behind it measured.
    """
    register, now = services.register.current(), services.now()
    home = register.home
    of_device = device_by_id(register, device)
    start_ms, end_ms = unix_milliseconds(from_), unix_milliseconds(min(to, now))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Request a range in the past.")
    slots = edges_by_slot(start_ms, end_ms, most_slots)
    found = fetch_explained(services, home, of_device, Interval(start_ms, end_ms), slots)
    source = services.ledger.sample_source(services.ledger.now_ms(), REQUEST)
    spans = judge_with_witnesses(source, found.rules, found.samples).spans
    return Explanation(
        from_=in_zone(start_ms, home.zone),
        to=in_zone(end_ms, home.zone),
        device=device,
        currency=home.currency,
        total=figures(found.total, home.zone, of_device=True),
        slots=list(explained_slots(slots, found, spans, home.zone)),
        slots_left_out=len(edges_by_slot(start_ms, end_ms, end_ms)) - len(slots),
        readings=[
            *edge_readings("from", start_ms, found.rules, found.samples, home.zone),
            *edge_readings("to", end_ms, found.rules, found.samples_at_end, home.zone),
        ],
        prices=list(used_prices(found.price_edges, found.of_prices, found.prices, home.zone)),
    )
