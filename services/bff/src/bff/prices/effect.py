"""What a change of prices would do: make it, look, and take it back, in one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example
from sqlalchemy.orm import Session

from bff.cost.answer import figures
from bff.cost.bill import bill, first_known_month
from bff.cost.calendar import bucket_edges, month_of
from bff.cost.question import Question, cut
from bff.cost.schemas import Figures
from bff.cost.tariff import PriceSpan
from bff.database import instant, serialised, unix_milliseconds
from bff.places.tree import HOUSE
from bff.prices import store
from bff.prices.schemas import AddTrial, ChangeTrial, DeleteTrial, Effect, EffectOverRange, Trial
from bff.prices.spans import price_spans
from bff.services import Services, Used
from home_model.config import Home

router = APIRouter(prefix="/unit_prices", tags=["prices"])

LONGEST_PAST = timedelta(days=3653)
NEW_PRICE = {"price_per_kwh": "35", "valid_from": "2026-04-01T00:00:00+09:00"}
EXAMPLES: dict[str, Example] = {
    "add": {"value": {"action": "add", "price": NEW_PRICE, "close_open_price": True}},
    "change": {"value": {"action": "change", "id": 3, "price": NEW_PRICE}},
    "delete": {"value": {"action": "delete", "id": 3}},
}


@router.post("/effect", summary="What a change of prices would do, without doing it")
def try_change(used: Used, trial: Annotated[Trial, Body(openapi_examples=EXAMPLES)]) -> Effect:
    """Refused (404, 409, 422) exactly when the change itself would be."""
    home = used.home()
    prices = _before_and_after(used, trial, home.currency)
    month_from_ms, month_to_ms = month_of(used.now(), home.zone)
    first_ms = _first_ms(used, home, month_to_ms)
    return Effect(
        present_month=_effect(used, home, Question(HOUSE, month_from_ms, month_to_ms), prices),
        all_time=None
        if first_ms is None
        else _effect(used, home, Question(HOUSE, first_ms, month_to_ms), prices),
    )


def _first_ms(used: Services, home: Home, month_to_ms: int) -> int | None:
    long_ago, _ = month_of(used.now() - LONGEST_PAST, home.zone)
    devices = [device.device for device in home.devices]
    months = bucket_edges(long_ago, month_to_ms, "month", home.zone)
    return first_known_month(used.energy_between, devices, months)


type BeforeAndAfter = tuple[Sequence[PriceSpan], Sequence[PriceSpan]]


def _before_and_after(used: Services, trial: Trial, currency: str) -> BeforeAndAfter:
    with Session(serialised(used.engine)) as session:
        before = price_spans(session, currency)
        _make(session, trial, currency)
        after = price_spans(session, currency)
        session.rollback()
    return before, after


def _make(session: Session, trial: Trial, currency: str) -> None:
    match trial:
        case AddTrial():
            close = trial.close_open_price
            store.add_price(session, trial.price, currency, close_open_price=close)
        case ChangeTrial():
            store.change_price(session, trial.id, trial.price, currency)
        case DeleteTrial():
            store.delete_price(session, trial.id)


def _effect(
    used: Services, home: Home, question: Question, prices: BeforeAndAfter
) -> EffectOverRange:
    before, after = (_house_figures(used, home, question, spans) for spans in prices)
    return EffectOverRange(
        from_=instant(question.from_ms).astimezone(home.zone),
        to=instant(question.to_ms).astimezone(home.zone),
        energy_kwh=after.energy_kwh,
        cost_before=before.cost,
        cost_after=after.cost,
        currency=home.currency,
    )


def _house_figures(
    used: Services, home: Home, question: Question, spans: Sequence[PriceSpan]
) -> Figures:
    rows = cut(home, question, home.zone)
    priced = bill(used.energy_between, rows, spans, unix_milliseconds(used.now()))
    return figures(priced.total, home.zone)
