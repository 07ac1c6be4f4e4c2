"""Prices before and after a change, and the costs of the house with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bff.cost.pricing import CostAmounts, added
from bff.cost.query import CostQuery, fetch_cost, group
from bff.db.revisions import Author
from bff.energy import PRICE_EXPONENT, Integers
from bff.forecast.query import expect_metered, fetch_past
from bff.price_effect.schemas import AddTrial, ChangeTrial, DeleteTrial, ImportTrial, Trial
from bff.prices.query import (
    PriceSpan,
    add_missing_prices,
    add_price,
    change_price,
    delete_price,
    price_by_interval,
    select_price_spans,
)
from bff.register.register import HOUSE, Register
from bff.services import Services
from bff.time_grid import (
    DAY_MS,
    EPOCH,
    HOUR_MILLISECONDS,
    bucket_edges,
    in_zone,
    month_of,
    unix_milliseconds,
)
from service_kit.database import serialised

MAX_PAST = timedelta(days=3653)
# Beyond three months the same weekdays of the last weeks are no forecast.
MAX_AHEAD_MS = 92 * DAY_MS

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
        case ImportTrial():
            add_missing_prices(session, trial.prices, currency, nobody)


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
    """Return the wanted price as if it had always held; None where there is not one."""
    if isinstance(trial, DeleteTrial | ImportTrial):
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


@dataclass(frozen=True, slots=True)
class HoursToCome:
    """The energy that is expected from now on until the end of a month.

    Attributes:
        from_ms: When the month begins.
        starts_ms: The start of each hour of it that is not over.
        uwh: What the house is expected to use in each.
    """

    from_ms: int
    to_ms: int
    starts_ms: Sequence[int]
    uwh: Integers


def expect_month(services: Services, register: Register, trial: Trial) -> HoursToCome | None:
    """Return the month in which a price begins, the present one where it began before.

    None where it is too far ahead, or with less than three days of data.
    """
    now_ms = unix_milliseconds(services.now())
    begins_ms = _begins_ms(trial)
    zone = register.home.zone
    from_ms, to_ms = month_of(in_zone(max(now_ms, begins_ms), zone), zone)
    if to_ms - now_ms > MAX_AHEAD_MS:
        return None
    past = fetch_past(services, register)
    starts_ms = range(past.first_ms, to_ms, HOUR_MILLISECONDS)
    # What a unit price is paid for is what is used, however it was measured.
    used = past.energy.by_meter.get("devices")
    expected = None if used is None else expect_metered(past, used, len(starts_ms))
    if expected is None:
        return None
    skipped = max(0, -((past.first_ms - from_ms) // HOUR_MILLISECONDS))
    return HoursToCome(from_ms, to_ms, starts_ms[skipped:], expected.uwh[skipped:])


def _begins_ms(trial: Trial) -> int:
    match trial:
        case DeleteTrial():
            return 0
        case ImportTrial():
            return min(unix_milliseconds(price.valid_from) for price in trial.prices)
    return unix_milliseconds(trial.price.valid_from)


def expected_cost(
    services: Services, register: Register, month: HoursToCome, spans: Sequence[PriceSpan]
) -> CostAmounts:
    """Return what a month costs with these prices: measured until now, expected from then on.

    An hour to come has the price that holds when it begins.
    """
    edges = [*month.starts_ms, month.to_ms]
    prices = price_by_interval(spans, edges)
    uwh = [int(each) for each in month.uwh]
    priced = [
        (of_hour, price) for of_hour, price in zip(uwh, prices, strict=True) if price is not None
    ]
    known_ms = len(uwh) * HOUR_MILLISECONDS
    to_come = CostAmounts(
        through_uwh=sum(uwh),
        measured_uwh=0,
        estimated_uwh=sum(uwh),
        unpriced_uwh=sum(uwh) - sum(of_hour for of_hour, _ in priced),
        cost_e21=sum(of_hour * price for of_hour, price in priced),
        priced_ms=len(priced) * HOUR_MILLISECONDS,
        measured_ms=0,
        estimated_ms=known_ms,
        missing_ms=0,
        unpriced=(),
    )
    if edges[0] <= month.from_ms:
        return to_come
    so_far = CostQuery(HOUSE, month.from_ms, edges[0])
    return added([house_cost(services, register, so_far, spans), to_come])
