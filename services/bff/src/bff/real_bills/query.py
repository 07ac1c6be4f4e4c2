"""Select and save real bills, and the event of a meter that drifts from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.bills.periods import ONE_DAY, select_periods
from bff.bills.query import PeriodBill, compute_bills, load_tariff
from bff.contracts.charges import ZERO
from bff.contracts.document import Statement
from bff.db.revisions import Author, State, record
from bff.db.tables import LedgerEvent, RealBill
from bff.energy import plain
from bff.real_bills.schemas import RealBillInput
from bff.register.register import Register
from bff.services import Services
from bff.time_grid import day_start, midnight
from energy_rules.quantities import UWH_PER_KWH
from service_kit.problems import not_found

MAX_DRIFT = Fraction(2, 100)
# The event is of no device: it is kept apart from those of counters by these.
HOUSE, SUPPLIER = "house", "real_bill"


@dataclass(frozen=True, slots=True)
class BothBills:
    """A real bill beside ours; None where no reading period begins then."""

    real: RealBill
    ours: PeriodBill | None

    @property
    def our_kwh(self) -> Fraction | None:
        """The kWh that we would bill; of a statement what was sold."""
        if self.ours is None or self.ours.total is None:
            return None
        parts = [part for part in self.ours.parts if part.bill]
        if self.real.statement == "export":
            return sum((_sold(part.bill.usage.export_uwh) for part in parts if part.bill), ZERO)
        return sum((kwh for part in parts if part.bill for kwh in part.bill.kwh.values()), ZERO)

    @property
    def drift(self) -> Fraction | None:
        """How far our kWh are from the real ones; None where one of them is not known."""
        ours = self.our_kwh
        if ours is None or not self.real.kwh or not Fraction(self.real.kwh):
            return None
        return ours / Fraction(self.real.kwh) - 1


def _sold(uwh: int) -> Fraction:
    return Fraction(uwh, UWH_PER_KWH)


def select_real_bills(session: Session) -> Sequence[RealBill]:
    """Select all real bills, newest first."""
    return session.scalars(select(RealBill).order_by(RealBill.first_day.desc())).all()


def save_real_bill(
    session: Session, first_day: date, statement: Statement, wanted: RealBillInput, author: Author
) -> RealBill:
    """Set what a real bill comes to."""
    key = real_bill_key(first_day, statement)
    before = real_bill_state(session, key)
    row = RealBill(
        first_day=first_day,
        statement=statement,
        kwh=None if wanted.kwh is None else plain(wanted.kwh),
        total=plain(wanted.total),
        lines=orjson.dumps({name: plain(each) for name, each in wanted.lines.items()}).decode(),
        note=wanted.note,
    )
    row = session.merge(row)
    session.flush()
    record(session, author, "real_bill", key, (before, real_bill_state(session, key)))
    return row


def delete_real_bill(
    session: Session, first_day: date, statement: Statement, author: Author
) -> None:
    """Delete a real bill with its event.

    Raises:
        ProblemError: 404.
    """
    key = real_bill_key(first_day, statement)
    before = real_bill_state(session, key)
    if before is None:
        known = [row.first_day.isoformat() for row in select_real_bills(session)[:20]]
        raise not_found(first_day.isoformat(), what="real bill", known=known)
    session.delete(session.get_one(RealBill, (first_day, statement)))
    _delete_event(session, key)
    session.flush()
    record(session, author, "real_bill", key, (before, None))


def real_bill_key(first_day: date, statement: str) -> str:
    """Return the key that a real bill is recorded by."""
    return f"{first_day.isoformat()} {statement}"


def real_bill_state(session: Session, key: str) -> State:
    """Return a real bill as it is recorded."""
    first_day, _, statement = key.partition(" ")
    row = session.get(RealBill, (date.fromisoformat(first_day), statement))
    if row is None:
        return None
    return {"kwh": row.kwh, "total": row.total, "lines": orjson.loads(row.lines), "note": row.note}


def restore_real_bill(session: Session, key: str, state: State) -> None:
    """Write a recorded state."""
    first_day, _, statement = key.partition(" ")
    found = session.get(RealBill, (date.fromisoformat(first_day), statement))
    # It was of the state that is taken back; the next comparison makes it anew.
    _delete_event(session, key)
    if state is None:
        if found is not None:
            session.delete(found)
        return
    row = RealBill(first_day=date.fromisoformat(first_day), statement=statement)
    row.kwh, row.total, row.note = state["kwh"], state["total"], state["note"]
    row.lines = orjson.dumps(state["lines"]).decode()
    session.merge(row)


def compare(
    services: Services, register: Register, rows: Sequence[RealBill]
) -> Sequence[BothBills]:
    """Return real bills beside ours."""
    found: dict[tuple[str, date], PeriodBill] = {}
    statements: tuple[Statement, ...] = ("import", "export")
    for statement in statements:
        days = [row.first_day for row in rows if row.statement == statement]
        if not days:
            continue
        tariff = load_tariff(services, register, statement)
        near = select_periods(tariff, min(days), max(days) + ONE_DAY)
        periods = [period for period in near if period.first_day in days]
        bills = compute_bills(services, register, tariff, periods, statement)
        found |= {(statement, bill.period.first_day): bill for bill in bills}
    return [BothBills(row, found.get((row.statement, row.first_day))) for row in rows]


def save_drift(session: Session, register: Register, both: BothBills) -> None:
    """Save the event that our kWh are far from the real ones, or delete it where they are not."""
    key = real_bill_key(both.real.first_day, both.real.statement)
    _delete_event(session, key)
    drift, ours, kwh = both.drift, both.our_kwh, both.real.kwh
    if drift is None or ours is None or kwh is None or both.ours is None:
        return
    if abs(drift) <= MAX_DRIFT:
        return
    start_ms = midnight(both.ours.period.first_day, register.home.zone)
    end_ms = midnight(both.ours.period.end_day, register.home.zone)
    real_uwh, our_uwh = int(Decimal(kwh) * UWH_PER_KWH), int(ours * UWH_PER_KWH)
    session.add(
        LedgerEvent(
            id=_event_id(key),
            device=HOUSE,
            source=SUPPLIER,
            kind="bill_drift",
            since_unix_ms=start_ms,
            at_unix_ms=end_ms,
            before_uwh=real_uwh,
            after_uwh=our_uwh,
            uwh=our_uwh - real_uwh,
            max_mw=None,
            day_unix_ms=day_start(end_ms),
        )
    )


def _event_id(key: str) -> str:
    return sha256(repr((SUPPLIER, key)).encode()).hexdigest()[:16]


def _delete_event(session: Session, key: str) -> None:
    if (event := session.get(LedgerEvent, _event_id(key))) is not None:
        session.delete(event)
        session.flush()
