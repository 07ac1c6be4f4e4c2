"""`/balance`: where the house's electricity came from and went to."""

from itertools import pairwise

from fastapi import APIRouter

from bff.balance.query import Prices, fetch_balance
from bff.balance.response import balance_figures
from bff.balance.schemas import Balance, BalanceRow
from bff.cost.query import CostQuery, time_buckets
from bff.cost.response import meter_notes
from bff.cost.routes import By
from bff.http.schemas import From, To
from bff.prices.query import select_price_spans
from bff.register.register import HOUSE
from bff.services import UsedServices, limit_concurrency
from bff.time_grid import in_zone, unix_milliseconds

router = APIRouter(tags=["cost"])


@router.get("/balance", summary="What the house used, bought, sold and generated")
@limit_concurrency
def get_balance(services: UsedServices, from_: From, to: To, by: By = None) -> Balance:
    """What is used is in `/cost`, too; what is bought, sold, generated or stored is only here.

    Hours, days and months are the house's; the range may shorten the first and the last.
    """
    register, now = services.register.current(), services.now()
    home = register.home
    query = CostQuery(HOUSE, unix_milliseconds(from_), unix_milliseconds(to), by)
    edges = time_buckets(query, home.zone)
    prices = Prices(
        services.cached(select_price_spans, home.currency),
        services.cached(select_price_spans, home.currency, "export"),
    )
    table = fetch_balance(
        services.energy_between, register.entries, edges, prices, unix_milliseconds(now)
    )
    shown = [balance_figures(each) for each in table.rows]
    return Balance(
        from_=in_zone(query.from_ms, home.zone),
        to=in_zone(query.to_ms, home.zone),
        time_zone=home.time_zone,
        currency=home.currency,
        now=now.astimezone(home.zone),
        total=balance_figures(table.total),
        rows=[
            BalanceRow(from_=in_zone(start, home.zone), to=in_zone(end, home.zone), figures=figures)
            for (start, end), figures in zip(pairwise(edges), shown, strict=False)
        ]
        if by
        else [],
        **meter_notes(table.notes),
    )
