"""The schemas of contracts."""

from datetime import date
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from bff.contracts.document import ContractDocument, Statement
from bff.contracts.timeline import is_date
from bff.http.schemas import Day

EXAMPLE_DOCUMENT: dict[str, JsonValue] = {
    "kwh": {"round": "half_up", "to": "1"},
    "months": "end",
    "valid_from": "2026-03-12",
    "lines": [
        {"name": "basic", "kind": "basic", "amount": "1247.00", "zero_usage": "0.5"},
        {
            "name": "energy",
            "kind": "energy",
            "tiers": [
                {"up_to": "120", "price": "29.80"},
                {"up_to": "300", "price": "36.40"},
                {"price": "40.49"},
            ],
        },
        {
            "name": "levy",
            "kind": "per_kwh",
            "from": [["2025-05", "3.98"], ["2026-05", "4.18"]],
            "round": {"mode": "down", "to": "1"},
        },
    ],
    "total": {"round": "down", "to": "1"},
}


def _parsed_yaml(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        message = f"it is not YAML: {error}"
        raise ValueError(message) from None


type DocumentOrText = Annotated[ContractDocument, BeforeValidator(_parsed_yaml)]


class ContractInput(BaseModel):
    """A contract of the house with its supplier."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Lighting B, 40 A", "document": EXAMPLE_DOCUMENT}]
        },
    )

    name: str = Field(min_length=1, max_length=200, examples=["Lighting B, 40 A"])
    document: DocumentOrText = Field(
        description="What is charged, line by line: an object, or the same as YAML in a string."
        " It holds from its `valid_from`, a date or a bill month, until the next one begins."
    )
    valid_to: Day | None = Field(
        default=None,
        description="The first day on which it no longer holds, where none follows it.",
    )
    note: str = Field(default="", max_length=2000, examples=["Source: the supplier's price list"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        begins = self.document.valid_from
        if self.valid_to is None or begins is None or not is_date(begins):
            return self
        if self.valid_to.isoformat() <= begins:
            message = "valid_to must be after the document's valid_from"
            raise ValueError(message)
        return self


class ContractRow(BaseModel):
    """A stored contract."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Lighting B, 40 A"])
    statement: Statement = Field(
        description="`import`: a bill of what is used. `export`: a statement of what is sold."
    )
    valid_from: str | None = Field(
        description="A date, or a bill month; null: it always held.", examples=["2026-03-12"]
    )
    valid_to: date | None = Field(examples=[None])
    document: dict[str, Any] = Field(description="As it was written.")
    note: str
    missing_series: list[str] = Field(
        description="Series that its lines refer to and are not there."
    )
