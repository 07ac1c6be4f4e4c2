"""The schemas of a change of prices that is tried, and of its effect."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from bff.energy import Exact
from bff.http.schemas import Span
from bff.prices.schemas import PriceInput


class AddTrial(BaseModel):
    """Try to add a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["add"]
    price: PriceInput
    close_open_price: StrictBool = False


class ChangeTrial(BaseModel):
    """Try to change a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["change"]
    id: int = Field(examples=[3])
    price: PriceInput


class DeleteTrial(BaseModel):
    """Try to delete a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["delete"]
    id: int = Field(examples=[3])


class ImportTrial(BaseModel):
    """Try to add the prices of a file, as `/unit_prices/csv` does."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["import"]
    prices: list[PriceInput] = Field(min_length=1, max_length=10_000)


Trial = Annotated[AddTrial | ChangeTrial | DeleteTrial | ImportTrial, Field(discriminator="action")]


class EffectOverRange(Span):
    """The cost of a range before and after a change."""

    energy_kwh: Exact | None = Field(description="null: nothing was measured.", examples=["210.5"])
    cost_before: Exact | None = Field(description="null: no price held.", examples=["6672.85"])
    cost_after: Exact | None = Field(description="null: no price would hold.", examples=["7367.5"])
    currency: str = Field(examples=["JPY"])


class Effect(BaseModel):
    """The effect of a change of prices."""

    present_month: EffectOverRange = Field(description="The house's present month.")
    all_time: EffectOverRange | None = Field(
        description="The months since the first reading (at most ten years), the present one"
        " included; null while there is none."
    )
    months: list[EffectOverRange] = Field(
        description="The months whose cost would change, oldest first."
    )
    forecast: EffectOverRange | None = Field(
        description="The month in which the price begins, the present one where it began before:"
        " measured until now, from then on as the same weekdays of the last four weeks. null: with"
        " less than three days of data, or more than three months ahead."
    )
    last_month_as_if: EffectOverRange | None = Field(
        description="The house's last month, with the new price as if it had held; null for a"
        " deleted price and for several."
    )
