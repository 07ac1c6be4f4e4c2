"""Contracts before and after a change, and the bills with each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy.orm import Session

from bff.bills.query import PeriodBill, compute_bills
from bff.bills.tariff import Tariff, select_tariff
from bff.contract_effect.schemas import (
    AddContractTrial,
    ChangeContractTrial,
    ContractTrial,
    DeleteContractTrial,
)
from bff.contracts.document import Statement
from bff.contracts.period import Period
from bff.contracts.query import (
    add_contract,
    change_contract,
    delete_contract,
    document_of,
    select_contract,
)
from bff.contracts.timeline import Agreed
from bff.db.revisions import Author
from bff.forecast.query import fetch_forecast
from bff.register.register import Register
from bff.services import Services
from bff.time_grid import EPOCH
from service_kit.database import serialised

NO_ID = 0

type BeforeAndAfter = tuple[PeriodBill, PeriodBill]


@dataclass(frozen=True, slots=True)
class TriedContract:
    """What bills are computed from before and after a change.

    Attributes:
        always: The new contract alone, as if it had always held; None where one is deleted.
    """

    statement: Statement
    before: Tariff
    after: Tariff
    always: Tariff | None


def try_contract(services: Services, register: Register, trial: ContractTrial) -> TriedContract:
    """Make a change, select the contracts, and roll it back, in one transaction.

    Raises:
        ProblemError: The change is refused.
    """
    zone = register.home.zone
    with Session(serialised(services.engine)) as session:
        statement = _statement(session, trial)
        before = select_tariff(session, statement, zone)
        _make(session, trial)
        after = select_tariff(session, statement, zone)
        session.rollback()
    return TriedContract(statement, before, after, _always(before, trial))


def _statement(session: Session, trial: ContractTrial) -> Statement:
    if isinstance(trial, DeleteContractTrial):
        return document_of(select_contract(session, trial.id)).statement
    return trial.contract.document.statement


def _make(session: Session, trial: ContractTrial) -> None:
    nobody = Author("", EPOCH)
    match trial:
        case AddContractTrial():
            add_contract(session, trial.contract, nobody)
        case ChangeContractTrial():
            change_contract(session, trial.id, trial.contract, nobody)
        case DeleteContractTrial():
            delete_contract(session, trial.id, nobody)


def _always(tariff: Tariff, trial: ContractTrial) -> Tariff | None:
    if isinstance(trial, DeleteContractTrial):
        return None
    document = trial.contract.document.model_copy(update={"valid_from": None})
    return replace(tariff, contracts=[Agreed(NO_ID, trial.contract.name, document)])


def changed_bills(
    services: Services, register: Register, tried: TriedContract, periods: Sequence[Period]
) -> list[BeforeAndAfter]:
    """Return the bills of each period before and after a change."""
    before, after = (
        compute_bills(services, register, tariff, periods, tried.statement)
        for tariff in (tried.before, tried.after)
    )
    return list(zip(before, after, strict=True))


def expected_totals(
    services: Services, register: Register, bills: BeforeAndAfter
) -> tuple[Fraction | None, Fraction | None] | None:
    """Return what the open period is expected to come to; None without any forecast."""
    forecasts = [fetch_forecast(services, register, bill) for bill in bills]
    if not any(forecasts):
        return None
    before, after = (None if forecast is None else forecast.totals[1] for forecast in forecasts)
    return before, after
