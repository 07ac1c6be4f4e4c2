"""Select and save contracts. Every write happens in one serialised transaction and is recorded."""

from collections.abc import Sequence

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.contracts.document import ContractDocument, Statement
from bff.contracts.schemas import ContractInput
from bff.contracts.timeline import Agreed
from bff.db.revisions import Author, State, record
from bff.db.tables import Contract
from service_kit.problems import ProblemError, not_found

# An id beyond 64 bits names nothing; a database refuses to compare it.
STORABLE_IDS = range(2**63)


def document_of(row: Contract) -> ContractDocument:
    """Return the document of a stored contract."""
    return ContractDocument.model_validate_json(row.document)


def select_contracts(session: Session) -> Sequence[Contract]:
    """Select every contract, in the order in which they begin."""
    rows = session.scalars(select(Contract).order_by(Contract.id)).all()
    return sorted(rows, key=lambda row: agreed_of(row).since)


def select_agreed(session: Session, statement: Statement) -> list[Agreed]:
    """Select the contracts of one statement."""
    found = [agreed_of(row) for row in session.scalars(select(Contract)).all()]
    return [agreed for agreed in found if agreed.document.statement == statement]


def agreed_of(row: Contract) -> Agreed:
    """Return what a stored contract states."""
    return Agreed(row.id, row.name, document_of(row), row.valid_to)


def select_contract(session: Session, contract_id: int) -> Contract:
    """Select one contract.

    Raises:
        ProblemError: 404.
    """
    row = session.get(Contract, contract_id) if contract_id in STORABLE_IDS else None
    if row is None:
        known = [str(other) for other in session.scalars(select(Contract.id).limit(20))]
        raise not_found(contract_id, what="contract", known=known)
    return row


def add_contract(session: Session, wanted: ContractInput, author: Author) -> Contract:
    """Add a contract.

    Raises:
        ProblemError: 409, another one of the same statement begins then.
    """
    _refuse_same_start(session, wanted, besides=None)
    row = Contract()
    _fill(row, wanted)
    session.add(row)
    session.flush()
    record(session, author, "contract", str(row.id), (None, contract_state(row)))
    return row


def change_contract(
    session: Session, contract_id: int, wanted: ContractInput, author: Author
) -> Contract:
    """Replace a contract.

    Raises:
        ProblemError: 404; or 409, another one of the same statement begins then.
    """
    row = select_contract(session, contract_id)
    before = contract_state(row)
    _refuse_same_start(session, wanted, besides=contract_id)
    _fill(row, wanted)
    session.flush()
    record(session, author, "contract", str(row.id), (before, contract_state(row)))
    return row


def delete_contract(session: Session, contract_id: int, author: Author) -> None:
    """Delete a contract: the one before it holds on.

    Raises:
        ProblemError: 404.
    """
    row = select_contract(session, contract_id)
    before = contract_state(row)
    session.delete(row)
    session.flush()
    record(session, author, "contract", str(contract_id), (before, None))


def _fill(row: Contract, wanted: ContractInput) -> None:
    row.name = wanted.name
    row.document = wanted.document.model_dump_json(by_alias=True, exclude_unset=True)
    row.valid_to = wanted.valid_to
    row.note = wanted.note


def _refuse_same_start(session: Session, wanted: ContractInput, besides: int | None) -> None:
    document = wanted.document
    for other in session.scalars(select(Contract)):
        stored = document_of(other)
        same = (stored.statement, stored.valid_from) == (document.statement, document.valid_from)
        if other.id == besides or not same:
            continue
        if besides is None and (stored, other.name, other.valid_to, other.note) == (
            document,
            wanted.name,
            wanted.valid_to,
            wanted.note,
        ):
            raise ProblemError(
                409,
                "already-there",
                f"Contract {other.id} already is what was sent.",
                what_to_do="Nothing: the contract is there, once.",
                conflicts_with=other.id,
            )
        begins = f"from {stored.valid_from}" if stored.valid_from else "without a valid_from"
        raise ProblemError(
            409,
            "contracts-overlap",
            f"Contract {other.id} ({other.name}) is valid {begins}, too.",
            what_to_do="Give the document another valid_from, or change that contract.",
            conflicts_with=other.id,
        )


def contract_state(row: Contract | None) -> State:
    """Return a contract as it is recorded."""
    if row is None:
        return None
    return {
        "name": row.name,
        "document": orjson.loads(row.document),
        "valid_to": row.valid_to and row.valid_to.isoformat(),
        "note": row.note,
    }


def restore_contract(session: Session, key: str, state: State) -> None:
    """Write a recorded state."""
    row = session.get(Contract, int(key))
    if state is None:
        if row is not None:
            session.delete(row)
        return
    wanted = ContractInput.model_validate(state)
    _refuse_same_start(session, wanted, besides=int(key))
    if row is None:
        row = Contract(id=int(key))
        session.add(row)
    _fill(row, wanted)
