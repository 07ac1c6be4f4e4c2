"""The schemas of contract templates."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bff.contracts.document import MonthOrDate
from bff.names import Names


class TemplateRow(BaseModel):
    """A contract that can be agreed on, with where its amounts come from."""

    template: str = Field(examples=["tepco-standard-s"])
    name: Names
    source: list[str]
    checked: date = Field(description="When they were compared with the source.")
    unconfirmed: list[str] = Field(description="What was not found in a source.")
    document: dict[str, Any]
    series: list[str] = Field(description="Rates that it needs; they come with it.")


class TemplateUse(BaseModel):
    """A template to agree on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"valid_from": "2026-04"}]}
    )

    name: str | None = Field(
        default=None, min_length=1, max_length=200, description="null: the Japanese name."
    )
    valid_from: MonthOrDate | None = Field(
        default=None, description="A date or a bill month; null: it always held."
    )
