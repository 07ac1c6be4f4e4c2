"""`/contracts`: list, add, change and delete contracts with suppliers."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from bff.contracts import query
from bff.contracts.response import contract_row
from bff.contracts.schemas import ContractInput, ContractRow
from bff.db.engine import read_session, write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.series.query import select_series_names
from bff.services import UsedServices

router = APIRouter(prefix="/contracts", tags=["bills"], route_class=RepeatedRoute)

ContractId = Annotated[int, Path(description="The id of a contract.", examples=[1])]


@router.get("", summary="List contracts in the order in which they begin")
def list_contracts(services: UsedServices) -> list[ContractRow]:
    """Works also while VictoriaMetrics is away. Who changed them is in `/history`."""
    with read_session(services.engine) as session:
        known = select_series_names(session)
        return [contract_row(row, known) for row in query.select_contracts(session)]


@router.post("", status_code=201, summary="Add a contract")
def add_contract(
    services: UsedServices, author: UsedAuthor, wanted: ContractInput, response: Response
) -> ContractRow:
    """Bills of the past follow at the next request. What cannot be billed is refused (422)."""
    with write_session(services.engine) as session:
        row = query.add_contract(session, wanted, author)
        shown = contract_row(row, select_series_names(session))
    response.headers["Location"] = f"/api/v1/contracts/{row.id}"
    return shown


@router.get("/{contract_id:int}", summary="One contract")
def get_contract(services: UsedServices, contract_id: ContractId) -> ContractRow:
    """404 lists the ids that exist."""
    with read_session(services.engine) as session:
        row = query.select_contract(session, contract_id)
        return contract_row(row, select_series_names(session))


@router.put("/{contract_id:int}", summary="Change a contract")
def change_contract(
    services: UsedServices, author: UsedAuthor, contract_id: ContractId, wanted: ContractInput
) -> ContractRow:
    """Bills of the past follow at the next request: nothing is rebuilt. `/history` undoes it."""
    with write_session(services.engine) as session:
        row = query.change_contract(session, contract_id, wanted, author)
        return contract_row(row, select_series_names(session))


@router.delete("/{contract_id:int}", status_code=204, summary="Delete a contract")
def delete_contract(services: UsedServices, author: UsedAuthor, contract_id: ContractId) -> None:
    """The contract before it holds on. `/history` undoes it."""
    with write_session(services.engine) as session:
        query.delete_contract(session, contract_id, author)
