"""Select and save unit prices, and the prices of a house as a function of time.

Every write happens within one serialised transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from bff.db.revisions import Author, State, record, record_all
from bff.db.tables import UnitPrice
from bff.energy import PRICE_EXPONENT, plain
from bff.prices.schemas import Direction, PriceInput
from bff.time_grid import unix_milliseconds
from service_kit.problems import ProblemError, not_found

# An id beyond 64 bits names nothing; a database refuses to compare it.
STORABLE_IDS = range(2**63)
IDENTITY = ("price_per_kwh", "valid_from", "valid_to", "direction", "note")


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A price in 10^-12 currency units per kWh, from one instant until just before another.

    Attributes:
        to_ms: Unix milliseconds; None when it holds for ever.
    """

    from_ms: int
    to_ms: int | None
    price_e12: int


def price_edges(spans: Sequence[PriceSpan], from_ms: int, to_ms: int) -> set[int]:
    """Return the instants within the range at which a price begins or ends."""
    edges = {span.from_ms for span in spans} | {span.to_ms for span in spans if span.to_ms}
    return {edge for edge in edges if from_ms < edge < to_ms}


def price_by_interval(spans: Sequence[PriceSpan], edges: Sequence[int]) -> list[int | None]:
    """Return the price in each interval between two edges; None where none holds.

    The edges contain every price edge within them, so one price holds for a whole interval.
    """
    ordered = sorted(spans, key=lambda span: span.from_ms)
    prices: list[int | None] = []
    position = 0
    for start, _ in pairwise(edges):
        while position < len(ordered) and _is_over(ordered[position], start):
            position += 1
        holds = position < len(ordered) and ordered[position].from_ms <= start
        prices.append(ordered[position].price_e12 if holds else None)
    return prices


def _is_over(span: PriceSpan, at_ms: int) -> bool:
    return span.to_ms is not None and span.to_ms <= at_ms


def select_prices(session: Session) -> Sequence[UnitPrice]:
    """Select every row, earliest first."""
    return session.scalars(select(UnitPrice).order_by(UnitPrice.valid_from)).all()


def select_price(session: Session, price_id: int) -> UnitPrice:
    """Select one row.

    Raises:
        ProblemError: 404.
    """
    row = session.get(UnitPrice, price_id) if price_id in STORABLE_IDS else None
    if row is None:
        known = [str(other) for other in session.scalars(select(UnitPrice.id).limit(20))]
        raise not_found(price_id, what="unit price", known=known)
    return row


def add_price(
    session: Session, wanted: PriceInput, currency: str, author: Author, *, close_open_price: bool
) -> UnitPrice:
    """Add a row, ending the open one at its beginning when asked to.

    Raises:
        ProblemError: 409, it overlaps another row.
    """
    direction = wanted.direction or "import"
    if close_open_price:
        _close_open_price(session, wanted, direction, author)
    _refuse_overlap(session, wanted, direction, besides=None)
    row = _new_row(wanted, currency)
    session.add(row)
    session.flush()
    record(session, author, "unit_price", str(row.id), (None, price_state(row)))
    return row


def add_missing_prices(
    session: Session, wanted: Sequence[PriceInput], currency: str, author: Author
) -> list[UnitPrice]:
    """Add the prices that are not there yet.

    Raises:
        ProblemError: 409, one overlaps another.
    """
    there = select_prices(session)
    identities = {_identity(price_state(row)) for row in there}
    rows = [_new_row(each, currency) for each in wanted]
    new = [row for row in rows if _identity(price_state(row)) not in identities]
    _refuse_overlaps([*there, *new])
    if not new:
        return []
    session.execute(insert(UnitPrice), [_columns(row) for row in new])
    # SQLite gives no ids back from an insert of many rows.
    saved = {_identity(price_state(row)): row for row in select_prices(session)}
    added = [saved[_identity(price_state(row))] for row in new]
    changes = [(str(row.id), (None, price_state(row))) for row in added]
    record_all(session, author, "unit_price", changes)
    return added


def _columns(row: UnitPrice) -> dict[str, Any]:
    return {"currency": row.currency} | {name: getattr(row, name) for name in IDENTITY}


def _new_row(wanted: PriceInput, currency: str) -> UnitPrice:
    row = UnitPrice(currency=currency, direction=wanted.direction or "import")
    _fill(row, wanted)
    return row


def _identity(state: State) -> tuple[object, ...]:
    return tuple((state or {}).get(name) for name in IDENTITY)


def change_price(
    session: Session, price_id: int, wanted: PriceInput, currency: str, author: Author
) -> UnitPrice:
    """Replace the values of a row.

    Raises:
        ProblemError: 404; or 409, it would overlap another row.
    """
    row = select_price(session, price_id)
    before = price_state(row)
    row.direction = wanted.direction or row.direction
    _refuse_overlap(session, wanted, row.direction, besides=price_id)
    row.currency = currency
    _fill(row, wanted)
    session.flush()
    record(session, author, "unit_price", str(row.id), (before, price_state(row)))
    return row


def delete_price(session: Session, price_id: int, author: Author) -> None:
    """Delete a row: its interval has no price afterwards.

    Raises:
        ProblemError: 404.
    """
    row = select_price(session, price_id)
    before = price_state(row)
    session.delete(row)
    session.flush()
    record(session, author, "unit_price", str(price_id), (before, None))


def price_state(row: UnitPrice | None) -> State:
    """Return a price as it is recorded."""
    if row is None:
        return None
    return {
        "price_per_kwh": plain(row.price_per_kwh),
        "currency": row.currency,
        "valid_from": row.valid_from.astimezone(UTC).isoformat(),
        "valid_to": row.valid_to and row.valid_to.astimezone(UTC).isoformat(),
        "note": row.note,
        "direction": row.direction,
    }


def restore_price(session: Session, key: str, state: State) -> None:
    """Write a recorded state.

    Raises:
        ProblemError: 409, it would overlap another price.
    """
    row = session.get(UnitPrice, int(key))
    if state is None:
        if row is not None:
            session.delete(row)
        return
    wanted = PriceInput.model_validate(
        {name: value for name, value in state.items() if name != "currency"}
    )
    _refuse_overlap(session, wanted, state["direction"], besides=int(key))
    if row is None:
        row = UnitPrice(id=int(key))
        session.add(row)
    row.currency, row.direction = state["currency"], state["direction"]
    _fill(row, wanted)


def _fill(row: UnitPrice, wanted: PriceInput) -> None:
    row.price_per_kwh = wanted.price_per_kwh
    row.valid_from = wanted.valid_from
    row.valid_to = wanted.valid_to
    row.note = wanted.note


def _close_open_price(
    session: Session, wanted: PriceInput, direction: Direction, author: Author
) -> None:
    still_open = session.scalar(
        select(UnitPrice).where(
            UnitPrice.direction == direction,
            UnitPrice.valid_to.is_(None),
            UnitPrice.valid_from < wanted.valid_from,
        )
    )
    if still_open is not None:
        before = price_state(still_open)
        still_open.valid_to = wanted.valid_from
        session.flush()
        change = before, price_state(still_open)
        record(session, author, "unit_price", str(still_open.id), change)


def _refuse_overlap(
    session: Session, wanted: PriceInput, direction: str, besides: int | None
) -> None:
    overlapping = select(UnitPrice).where(
        UnitPrice.direction == direction,
        or_(UnitPrice.valid_to.is_(None), UnitPrice.valid_to > wanted.valid_from),
    )
    if wanted.valid_to is not None:
        overlapping = overlapping.where(UnitPrice.valid_from < wanted.valid_to)
    if besides is not None:
        overlapping = overlapping.where(UnitPrice.id != besides)
    other = session.scalar(overlapping.order_by(UnitPrice.valid_from).limit(1))
    if other is not None and besides is None and _is_same(other, wanted):
        raise ProblemError(
            409,
            "already-there",
            f"Row {other.id} already is what was sent.",
            what_to_do="Nothing: the price is there, once.",
            conflicts_with=other.id,
        )
    if other is not None:
        raise _overlap_problem(other, wanted.valid_from.tzinfo)


def _refuse_overlaps(rows: Iterable[UnitPrice]) -> None:
    """Refuse rows of which one begins before the one before it has ended; new ones have no id."""
    for row, following in pairwise(sorted(rows, key=lambda row: (row.direction, row.valid_from))):
        if row.direction != following.direction:
            continue
        if row.valid_to is not None and row.valid_to <= following.valid_from:
            continue
        if row.id is None and following.id is None:
            raise _overlap_in_file_problem(row, following)
        new, other = (row, following) if row.id is None else (following, row)
        raise _overlap_problem(other, new.valid_from.tzinfo)


def _overlap_in_file_problem(row: UnitPrice, following: UnitPrice) -> ProblemError:
    ends = row.valid_to.isoformat() if row.valid_to else "open"
    return ProblemError(
        409,
        "prices-overlap",
        f"The price from {row.valid_from.isoformat()} to {ends} and the one from"
        f" {following.valid_from.isoformat()} overlap, and both are in the file.",
        what_to_do="At any instant one price holds: correct the file and send it again.",
    )


def _is_same(row: UnitPrice, wanted: PriceInput) -> bool:
    return (row.price_per_kwh, row.valid_from, row.valid_to, row.note) == (
        wanted.price_per_kwh,
        wanted.valid_from,
        wanted.valid_to,
        wanted.note,
    )


def _overlap_problem(other: UnitPrice, zone: tzinfo | None) -> ProblemError:
    begins = other.valid_from.astimezone(zone).isoformat()
    ends = other.valid_to.astimezone(zone).isoformat() if other.valid_to else "open"
    ways_out = [f"change or delete row {other.id}", "choose other instants"]
    if other.valid_to is None:
        ways_out.append("send close_open_price: true to end it where the new one begins")
    return ProblemError(
        409,
        "prices-overlap",
        f"It overlaps row {other.id}: {plain(other.price_per_kwh)} {other.currency} per kWh"
        f" from {begins} to {ends}.",
        what_to_do=f"At any instant one price holds: {'; or '.join(ways_out)}.",
        conflicts_with=other.id,
    )


def select_price_spans(
    session: Session, currency: str, direction: Direction = "import"
) -> list[PriceSpan]:
    """Select all prices in this currency; time priced in another one has no price in this one."""
    rows = session.scalars(
        select(UnitPrice).where(UnitPrice.currency == currency, UnitPrice.direction == direction)
    )
    return [
        PriceSpan(
            from_ms=unix_milliseconds(row.valid_from),
            to_ms=None if row.valid_to is None else unix_milliseconds(row.valid_to),
            price_e12=int(row.price_per_kwh.scaleb(PRICE_EXPONENT)),
        )
        for row in rows
    ]
