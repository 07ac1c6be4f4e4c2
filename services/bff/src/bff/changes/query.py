"""Keep what each device used and cost in each month before and after new rules of the ledger.

Amounts are those of closed slots, whose sums are in the database: no samples are read. An edge of
a price inside a slot counts the slot to the time after it, before and after alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
from sqlalchemy import Engine, exists, func, or_, select
from sqlalchemy.orm import Session

from bff.cost.pricing import CostAmounts
from bff.cost.query import Grouping, fetch_cost
from bff.db.engine import read_session, write_session
from bff.db.tables import LedgerDay, MonthChange, RulesVersion
from bff.energy import MONEY_EXPONENT, Energy, Integers, scaled
from bff.ledger.query import select_closed_sums
from bff.ledger.slots import VERSION
from bff.prices.query import select_price_spans
from bff.register.register import entry_of, place_of
from bff.time_grid import DAY_MS, bucket_edges, instant, month_of, unix_milliseconds
from home_model.config import Home


@dataclass(frozen=True, slots=True)
class MonthAmounts:
    """One device in one month of the house; None without data, or without a price."""

    device: str
    month_ms: int
    uwh: int | None
    cost: str | None


def note_rules(engine: Engine, home: Home, now: datetime) -> None:
    """Note at a start what is stored, if other rules made it.

    Must run before the ledger builds anything by the new rules.
    """
    with write_session(engine) as session:
        if select_version(session) is not None:
            return
        months = list(_months(session, home, now))
        finished_at = None if months else now
        session.add(RulesVersion(version=VERSION, began_at=now, finished_at=finished_at))
        session.flush()
        for month in months:
            session.add(
                MonthChange(
                    version=VERSION,
                    device=month.device,
                    month_unix_ms=month.month_ms,
                    currency=home.currency,
                    before_uwh=month.uwh,
                    before_cost=month.cost,
                )
            )


def note_result(engine: Engine, home: Home, now: datetime) -> None:
    """Note what the same months came to, once all of them are built by the new rules."""
    with read_session(engine) as session:
        version = select_version(session)
        if version is None or version.finished_at is not None:
            return
        # Before the transaction: years of many devices take seconds, and a price can be saved.
        months = list(_months(session, home, version.began_at))
    with write_session(engine) as session:
        rows = {(row.device, row.month_unix_ms): row for row in select_months(session)}
        for month in months:
            row = rows.get((month.device, month.month_ms))
            if row is None:
                row = MonthChange(
                    version=VERSION,
                    device=month.device,
                    month_unix_ms=month.month_ms,
                    currency=home.currency,
                )
                session.add(row)
            row.after_uwh, row.after_cost = month.uwh, month.cost
        session.get_one(RulesVersion, VERSION).finished_at = now


def select_version(session: Session) -> RulesVersion | None:
    """Select when the ledger began to use its present rules; None before that."""
    return session.get(RulesVersion, VERSION)


def select_changed_at(session: Session) -> datetime | None:
    """Select when present rules had changed stored months; None where they changed none."""
    version = select_version(session)
    # Asked for with every list of notices: years of many devices are not loaded for it.
    changed = exists().where(
        MonthChange.version == VERSION,
        or_(
            MonthChange.before_uwh.is_distinct_from(MonthChange.after_uwh),
            MonthChange.before_cost.is_distinct_from(MonthChange.after_cost),
        ),
    )
    return version.finished_at if version and session.scalar(select(changed)) else None


def differs(row: MonthChange) -> bool:
    """Return whether a month came to something else by the new rules."""
    return (row.before_uwh, row.before_cost) != (row.after_uwh, row.after_cost)


def select_months(session: Session) -> Sequence[MonthChange]:
    """Select the months of all devices, oldest first."""
    return session.scalars(
        select(MonthChange)
        .where(MonthChange.version == VERSION)
        .order_by(MonthChange.month_unix_ms, MonthChange.device)
    ).all()


def _months(session: Session, home: Home, until: datetime) -> Iterator[MonthAmounts]:
    """Return what is stored of each month of the house that has any data."""
    first_ms, last_ms = session.execute(
        select(func.min(LedgerDay.day_unix_ms), func.max(LedgerDay.day_unix_ms))
    ).one()
    if first_ms is None:
        return
    start_ms, _ = month_of(instant(first_ms), home.zone)
    end_ms = min(last_ms + DAY_MS, unix_milliseconds(until))
    if start_ms >= end_ms:
        return
    edges = bucket_edges(start_ms, end_ms, "month", home.zone)
    # Each counter by itself: new rules change what it measured, not what is behind it.
    counters = [
        replace(entry_of(each), kind="load", upstream=None, house_meter=False)
        for each in home.devices
    ]
    grouping = Grouping(edges, [(place_of(each, "device"), [each]) for each in counters])
    spans = select_price_spans(session, home.currency)

    def stored_between(devices: Sequence[str], at_ms: Sequence[int]) -> Energy:
        return _stored_between(session, devices, np.array(at_ms, dtype=np.int64))

    table = fetch_cost(stored_between, grouping, spans, end_ms)
    for (month_ms, _), of_devices in zip(pairwise(edges), table.rows, strict=True):
        for device, amounts in zip(home.devices, of_devices, strict=True):
            if amounts.known_ms:
                yield _month(device.device, month_ms, amounts)


def _month(device: str, month_ms: int, amounts: CostAmounts) -> MonthAmounts:
    cost = scaled(amounts.cost_e21, MONEY_EXPONENT) if amounts.priced_ms else None
    return MonthAmounts(device, month_ms, amounts.measured_uwh + amounts.estimated_uwh, cost)


def _stored_between(session: Session, devices: Sequence[str], edges_ms: Integers) -> Energy:
    stacked = np.diff(select_closed_sums(session, devices, edges_ms).up_to, axis=2)
    missing_ms = np.diff(edges_ms)[np.newaxis, :] - stacked[2] - stacked[3]
    return Energy(*stacked, missing_ms)
