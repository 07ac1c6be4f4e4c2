"""`/unit_prices/effect`: what a change of prices would do."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from bff.cost.query import CostQuery
from bff.price_effect.query import (
    BeforeAndAfter,
    always,
    expect_month,
    expected_cost,
    first_known_month,
    house_cost,
    months_cost,
    prices_before_and_after,
)
from bff.price_effect.response import effect_over_range
from bff.price_effect.schemas import Effect, EffectOverRange, Trial
from bff.prices.query import PriceSpan
from bff.register.register import HOUSE
from bff.services import Services, UsedServices
from bff.time_grid import bucket_edges, instant, month_of

router = APIRouter(prefix="/unit_prices", tags=["prices"])

NEW_PRICE = {"price_per_kwh": "35", "valid_from": "2026-04-01T00:00:00+09:00"}
EXAMPLES: dict[str, Example] = {
    "add": {"value": {"action": "add", "price": NEW_PRICE, "close_open_price": True}},
    "change": {"value": {"action": "change", "id": 3, "price": NEW_PRICE}},
    "delete": {"value": {"action": "delete", "id": 3}},
    "import": {"value": {"action": "import", "prices": [NEW_PRICE]}},
}


@router.post("/effect", summary="What a change of prices would do, without doing it")
def try_change(
    services: UsedServices, trial: Annotated[Trial, Body(openapi_examples=EXAMPLES)]
) -> Effect:
    """Refused (404, 409, 422) exactly when the change itself would be."""
    register = services.register.current()
    home = register.home
    prices = prices_before_and_after(services.engine, trial, home.currency)

    def effect(from_ms: int, to_ms: int) -> EffectOverRange:
        query = CostQuery(HOUSE, from_ms, to_ms)
        before, after = (house_cost(services, register, query, spans) for spans in prices)
        return effect_over_range(home, query, before, after)

    month_from_ms, month_to_ms = month_of(services.now(), home.zone)
    first_ms = first_known_month(services, register, month_to_ms)
    return Effect(
        present_month=effect(month_from_ms, month_to_ms),
        all_time=None if first_ms is None else effect(first_ms, month_to_ms),
        months=[] if first_ms is None else _months(services, prices, first_ms, month_to_ms),
        forecast=_forecast(services, trial, prices),
        last_month_as_if=_last_month(services, trial, prices[0], month_from_ms),
    )


def _months(
    services: Services, prices: BeforeAndAfter, from_ms: int, to_ms: int
) -> list[EffectOverRange]:
    """Return the months whose cost differs."""
    register = services.register.current()
    query = CostQuery(HOUSE, from_ms, to_ms, by="month")
    edges = bucket_edges(from_ms, to_ms, "month", register.home.zone)
    before, after = (months_cost(services, register, query, spans) for spans in prices)
    return [
        effect_over_range(register.home, CostQuery(HOUSE, start_ms, end_ms), old, new)
        for (start_ms, end_ms), old, new in zip(pairwise(edges), before, after, strict=True)
        if (old.cost_e21, old.priced_ms) != (new.cost_e21, new.priced_ms)
    ]


def _forecast(services: Services, trial: Trial, prices: BeforeAndAfter) -> EffectOverRange | None:
    register = services.register.current()
    month = expect_month(services, register, trial)
    if month is None:
        return None
    old, new = (expected_cost(services, register, month, spans) for spans in prices)
    return effect_over_range(register.home, CostQuery(HOUSE, month.from_ms, month.to_ms), old, new)


def _last_month(
    services: Services, trial: Trial, before: Sequence[PriceSpan], until_ms: int
) -> EffectOverRange | None:
    register, spans = services.register.current(), always(trial)
    if spans is None:
        return None
    from_ms, _ = month_of(instant(until_ms - 1), register.home.zone)
    query = CostQuery(HOUSE, from_ms, until_ms)
    old, new = (house_cost(services, register, query, each) for each in (before, spans))
    return effect_over_range(register.home, query, old, new)
