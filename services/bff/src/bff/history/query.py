"""Select revisions and undo them, in one serialised transaction."""

from collections.abc import Callable, Mapping, Sequence

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bff.budgets.query import budget_state, restore_budget
from bff.contracts.query import contract_state, restore_contract
from bff.db.revisions import Author, ObjectType, State, record
from bff.db.tables import Contract, Revision, UnitPrice
from bff.prices.query import price_state, restore_price
from bff.readings.query import readings_state, restore_readings
from bff.real_bills.query import real_bill_state, restore_real_bill
from bff.series.query import restore_series, series_state
from service_kit.problems import ProblemError, not_found

STORABLE_IDS = range(2**63)

# The present state of an object in the form of a recorded one, and writing a recorded one.
type StateOf = Callable[[Session, str, State], State]
type Restore = Callable[[Session, str, State], None]

KINDS: Mapping[str, tuple[StateOf, Restore]] = {
    "contract": (
        lambda session, key, _like: contract_state(session.get(Contract, int(key))),
        restore_contract,
    ),
    "series": (series_state, restore_series),
    "budget": (lambda session, key, _like: budget_state(session, key), restore_budget),
    "unit_price": (
        lambda session, key, _like: price_state(session.get(UnitPrice, int(key))),
        restore_price,
    ),
    "real_bill": (lambda session, key, _like: real_bill_state(session, key), restore_real_bill),
    "reading_dates": (
        lambda session, _key, _like: readings_state(session),
        lambda session, _key, state: restore_readings(session, state),
    ),
}


def select_revisions(
    session: Session, object_type: ObjectType | None, skip: int, limit: int
) -> tuple[int, Sequence[Revision]]:
    """Select changes, newest first.

    Returns:
        How many match, and those of one page.
    """
    conditions = [] if object_type is None else [Revision.object_type == object_type]
    total = session.scalar(select(func.count()).select_from(Revision).where(*conditions)) or 0
    newest = select(Revision).where(*conditions).order_by(Revision.id.desc())
    return total, session.scalars(newest.offset(skip).limit(limit)).all()


def undo_revision(session: Session, revision_id: int, author: Author) -> Revision:
    """Write the state before a change again; undoing is a change of its own.

    Raises:
        ProblemError: 404; 409, it is undone already, or the object was changed since.
    """
    row = session.get(Revision, revision_id) if revision_id in STORABLE_IDS else None
    if row is None:
        newest = session.scalars(select(Revision.id).order_by(Revision.id.desc()).limit(20))
        raise not_found(revision_id, what="change", known=[str(each) for each in newest])
    if row.undone_at is not None:
        raise ProblemError(
            409,
            "already-undone",
            f"Change {row.id} was undone at {row.undone_at.isoformat()}.",
            what_to_do="Nothing: it is undone.",
            conflicts_with=row.id,
        )
    state_of, restore = KINDS[row.object_type]
    before, after = loaded(row.before), loaded(row.after)
    present = state_of(session, row.object_key, after)
    if present != after:
        raise ProblemError(
            409,
            "changed-since",
            f"The {row.object_type.replace('_', ' ')} was changed after change {row.id}.",
            what_to_do="Undo the newer changes of it first; GET /api/v1/history lists them.",
            conflicts_with=row.id,
        )
    restore(session, row.object_key, before)
    session.flush()
    record(session, author, row.object_type, row.object_key, (after, before))  # ty: ignore[invalid-argument-type] - written from an ObjectType
    row.undone_at, row.undone_by = author.at, author.login
    return row


def loaded(state: str | None) -> State:
    """Return a recorded state."""
    return None if state is None else orjson.loads(state)
