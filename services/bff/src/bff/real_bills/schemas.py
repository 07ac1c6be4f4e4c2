"""The schemas of real bills."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from bff.bills.schemas import BillState
from bff.contracts.document import Statement
from bff.energy import Exact
from bff.prices.schemas import PriceText


class RealBillInput(BaseModel):
    """What the supplier's bill comes to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kwh": "351", "total": "12393", "lines": {"levy": "1467"}}]
        },
    )

    kwh: PriceText | None = Field(default=None, description="The billed kWh, where it has them.")
    total: PriceText
    lines: dict[str, PriceText] = Field(
        default_factory=dict, max_length=50, description="Amounts by the names of our lines."
    )
    note: str = Field(default="", max_length=2000)


class LineDifference(BaseModel):
    """A line of both bills."""

    name: str = Field(examples=["levy"])
    real: Exact | None = Field(examples=["1467"])
    ours: Exact | None = Field(examples=["1463"])
    difference: Exact | None = Field(description="Ours less the real one.", examples=["-4"])


class RealBillRow(BaseModel):
    """A real bill beside ours."""

    first_day: date
    end_day: date | None = Field(description="null: no reading period begins on that day.")
    statement: Statement
    currency: str = Field(examples=["JPY"])
    kwh: Exact | None = Field(examples=["351"])
    total: Exact = Field(examples=["12393"])
    note: str
    our_state: BillState | None
    our_kwh: Exact | None = Field(examples=["350"])
    our_total: Exact | None = Field(examples=["12356"])
    kwh_difference: Exact | None = Field(description="Ours less the real ones.", examples=["-1"])
    difference: Exact | None = Field(description="Ours less the real one.", examples=["-37"])
    by_energy: Exact | None = Field(
        description="The part of the difference that other kWh make, at the mean price of our bill."
    )
    drift_ratio: float | None = Field(
        description="How far our kWh are from the real ones; beyond 0.02 the meters drift, which is"
        " an event.",
        examples=[-0.0028],
    )
    is_drift: bool
    lines: list[LineDifference]
