"""`/contracts/templates`: contracts that can be agreed on."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from bff.contract_templates.query import add_from_template, load_templates, template_by_name
from bff.contract_templates.response import template_row
from bff.contract_templates.schemas import TemplateRow, TemplateUse
from bff.contracts.response import contract_row
from bff.contracts.schemas import ContractRow
from bff.db.engine import write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.series.query import select_series_names
from bff.services import UsedServices

router = APIRouter(prefix="/contracts/templates", tags=["bills"], route_class=RepeatedRoute)

TemplateName = Annotated[
    str, Path(description="The name of a template.", examples=["tepco-standard-s"])
]


@router.get("", summary="Contracts that can be agreed on")
def list_templates(services: UsedServices) -> list[TemplateRow]:
    """With source, date, and what is unconfirmed: compare them with your own price list."""
    templates = load_templates(services.settings.used_contracts_folder)
    return [template_row(name, template) for name, template in templates.items()]


@router.post("/{template}", status_code=201, summary="Agree on a template")
def use_template(
    services: UsedServices,
    author: UsedAuthor,
    template: TemplateName,
    wanted: TemplateUse,
    response: Response,
) -> ContractRow:
    """Adds the contract, and the rates that it needs; rates that are there stay."""
    templates = load_templates(services.settings.used_contracts_folder)
    found = template_by_name(templates, template)
    with write_session(services.engine) as session:
        row = add_from_template(session, found, wanted, author)
        shown = contract_row(row, select_series_names(session))
    response.headers["Location"] = f"/api/v1/contracts/{row.id}"
    return shown
