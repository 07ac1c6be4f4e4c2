"""The schemas of budgets."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bff.energy import Exact
from bff.prices.schemas import PriceText

type BudgetState = Literal["within", "forecast_over", "over", "unknown"]


class BudgetInput(BaseModel):
    """What a month may cost."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": "12000"}]})

    amount: PriceText


class BudgetRow(BaseModel):
    """A budget beside the bill of its month."""

    device: str | None = Field(description="null: the house.", examples=[None])
    month: str = Field(description="The month that the bill bears.", examples=["2026-06"])
    amount: Exact = Field(examples=["12000"])
    currency: str = Field(examples=["JPY"])
    first_day: date | None = Field(description="Of the reading period; null: there is none.")
    end_day: date | None
    spent: Exact | None = Field(
        description="The bill, or the device's average share of it, so far.", examples=["6100"]
    )
    expected: Exact | None = Field(
        description="At the end of an open period; null: no forecast.", examples=["12356"]
    )
    state: BudgetState = Field(
        description="forecast_over: the forecast passes the budget. over: it is passed already."
    )
