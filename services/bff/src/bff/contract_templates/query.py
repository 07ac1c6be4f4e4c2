"""Load contract templates from their folder, and agree on one."""

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bff.contract_templates.schemas import TemplateUse
from bff.contracts.document import ContractDocument, Month
from bff.contracts.query import add_contract
from bff.contracts.schemas import ContractInput
from bff.db.engine import write_session
from bff.db.revisions import Author
from bff.db.tables import Contract, Revision
from bff.names import Names
from bff.readings.periods import Readings
from bff.readings.query import save_readings
from bff.readings.schemas import ReadingDates
from bff.series.query import changes_of, parsed_values, save_series, save_values, select_values
from bff.series.schemas import SeriesInput
from service_kit.errors import CannotStartError
from service_kit.problems import not_found

LOG = logging.getLogger(__name__)

NOT_A_TEMPLATE = "kustomization.yaml"
FILE_AUTHOR = "contracts folder"


class TemplateError(CannotStartError):
    """A file of the contracts folder cannot be used; the message names it and the reason."""


class TemplateSeries(SeriesInput):
    """A series with its first values."""

    values: dict[Month, str] = Field(default_factory=dict)


class Template(BaseModel):
    """A contract as a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Names
    source: list[str] = Field(min_length=1, description="Where its amounts come from.")
    checked: date = Field(description="When they were compared with the source.")
    unconfirmed: list[str] = Field(default=[], description="What was not found in a source.")
    at_first_start: bool = False
    readings: ReadingDates | None = None
    document: ContractDocument
    series: dict[str, TemplateSeries] = {}

    @model_validator(mode="after")
    def _series_are_there(self) -> Self:
        if missing := [name for name in self.document.series if name not in self.series]:
            message = f"series that its lines refer to are missing: {', '.join(missing)}"
            raise ValueError(message)
        return self

    @property
    def note(self) -> str:
        """The source, its date and what is unconfirmed, for the contract that is made of it."""
        lines = [f"Source: {', '.join(self.source)} ({self.checked.isoformat()})"]
        lines += [f"Unconfirmed: {each}" for each in self.unconfirmed]
        return "\n".join(lines)


def load_templates(folder: Path) -> Mapping[str, Template]:
    """Load the files of a folder, by their names without suffix; nothing where it is not there.

    Raises:
        TemplateError: A file is no template.
    """
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    return {file.stem: _load(file) for file in files if file.name != NOT_A_TEMPLATE}


def _load(file: Path) -> Template:
    try:
        return Template.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        message = f"{file} is no contract: {error}"
        raise TemplateError(message) from None


def template_by_name(templates: Mapping[str, Template], wanted: str) -> Template:
    """Return a template.

    Raises:
        ProblemError: 404.
    """
    if wanted not in templates:
        raise not_found(wanted, what="template", known=list(templates))
    return templates[wanted]


def add_from_template(
    session: Session, template: Template, wanted: TemplateUse, author: Author
) -> Contract:
    """Add a contract with the series that it needs; values that are there stay.

    Raises:
        ProblemError: 409, another contract begins then.
    """
    for name, series in template.series.items():
        described = SeriesInput(**series.model_dump(exclude={"values"}))
        row = save_series(session, name, described, author)
        there = select_values(session, name)
        values = parsed_values(row, series.values)
        new = {key: value for key, value in values.items() if key not in there}
        save_values(session, name, changes_of(session, name, new), author)
    document = template.document
    if wanted.valid_from is not None:
        document = document.model_copy(update={"valid_from": wanted.valid_from})
    name = wanted.name or template.name.ja
    contract = ContractInput(name=name, document=document, note=template.note)
    return add_contract(session, contract, author)


def agree_at_first_start(engine: Engine, templates: Mapping[str, Template], author: Author) -> None:
    """Add the contracts that a new house begins with, once for a database."""
    wanted = [template for template in templates.values() if template.at_first_start]
    with write_session(engine) as session:
        ever = select(func.count()).select_from(Revision).where(Revision.object_type == "contract")
        if not wanted or session.scalar(ever):
            return
        for template in wanted:
            add_from_template(session, template, TemplateUse(), author)
            if template.readings is not None:
                dates = tuple(template.readings.dates)
                save_readings(session, Readings(dates, template.readings.day_of_month), author)
            LOG.info("agreed on contract %r", template.name.en)
