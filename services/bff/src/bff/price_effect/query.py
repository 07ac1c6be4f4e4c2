"""Prices before and after a change, and the costs of the house with each."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bff.calendar import bucket_edges, month_of
from bff.cost.pricing import CostAmounts, added
from bff.cost.query import CostQuery, fetch_cost, group
from bff.db.revisions import Author
from bff.price_effect.schemas import AddTrial, ChangeTrial, DeleteTrial, Trial
from bff.prices.query import add_price, change_price, delete_price, select_price_spans
from bff.prices.spans import PriceSpan
from bff.register.view import Register
from bff.services import Services
from bff.time_grid import EPOCH, unix_milliseconds
from bff.units import PRICE_EXPONENT
from service_kit.database import serialised

MAX_PAST = timedelta(days=3653)

type BeforeAndAfter = tuple[Sequence[PriceSpan], Sequence[PriceSpan]]


def prices_before_and_after(engine: Engine, trial: Trial, currency: str) -> BeforeAndAfter:
    """Make a change, select the prices, and roll it back, in one transaction.

    Raises:
        ProblemError: The change is refused.
    """
    with Session(serialised(engine)) as session:
        before = select_price_spans(session, currency)
        _make(session, trial, currency)
        after = select_price_spans(session, currency)
        session.rollback()
    return before, after


def _make(session: Session, trial: Trial, currency: str) -> None:
    nobody = Author("", EPOCH)
    match trial:
        case AddTrial():
            close = trial.close_open_price
            add_price(session, trial.price, currency, nobody, close_open_price=close)
        case ChangeTrial():
            change_price(session, trial.id, trial.price, currency, nobody)
        case DeleteTrial():
            delete_price(session, trial.id, nobody)


def first_known_month(services: Services, register: Register, until_ms: int) -> int | None:
    """Return the start of the first month with data, at most ten years ago; None without any."""
    zone = register.home.zone
    long_ago_ms, _ = month_of(services.now() - MAX_PAST, zone)
    devices = [device.device for device in register.ledger_home.devices]
    months = bucket_edges(long_ago_ms, until_ms, "month", zone)
    energy = services.energy_between(devices, months)
    known_ms = (energy.measured_ms + energy.estimated_ms).sum(axis=0)
    return next((months[month] for month in known_ms.nonzero()[0].tolist()), None)


def months_cost(
    services: Services, register: Register, query: CostQuery, spans: Sequence[PriceSpan]
) -> list[CostAmounts]:
    """Return the cost of each month of a range with these prices."""
    now_ms = unix_milliseconds(services.now())
    grouping = group(register, query, register.home.zone)
    table = fetch_cost(services.energy_between, grouping, spans, now_ms)
    return [added(of_month) for of_month in table.rows]


def always(trial: Trial) -> Sequence[PriceSpan] | None:
    """Return the wanted price as if it had always held; None where a price is deleted."""
    if isinstance(trial, DeleteTrial):
        return None
    price_e12 = int(trial.price.price_per_kwh.scaleb(PRICE_EXPONENT))
    return [PriceSpan(0, None, price_e12)]


def house_cost(
    services: Services, register: Register, query: CostQuery, spans: Sequence[PriceSpan]
) -> CostAmounts:
    """Return the cost of a range with these prices."""
    now_ms = unix_milliseconds(services.now())
    grouping = group(register, query, register.home.zone)
    return fetch_cost(services.energy_between, grouping, spans, now_ms).total
