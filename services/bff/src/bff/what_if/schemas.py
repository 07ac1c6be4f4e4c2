"""The schemas of a contract that is tried on the past."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bff.bills.schemas import Bill
from bff.contracts.schemas import EXAMPLE_DOCUMENT, DocumentOrText
from bff.energy import Exact
from bff.http.schemas import Day


class WhatIfInput(BaseModel):
    """A contract to try, and the periods to try it on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"document": EXAMPLE_DOCUMENT}]}
    )

    document: DocumentOrText | None = Field(
        default=None, description="The contract itself; its `valid_from` does not matter."
    )
    template: str | None = Field(
        default=None, description="Or a template, with its rates where there are none yet."
    )
    contract_id: int | None = Field(default=None, description="Or one of the house's contracts.")
    from_: Day | None = Field(
        default=None, alias="from", description="By default a year before `to`."
    )
    to: Day | None = Field(default=None, description="By default tomorrow.")

    @model_validator(mode="after")
    def _one_contract(self) -> Self:
        given = [self.document, self.template, self.contract_id]
        if sum(each is not None for each in given) != 1:
            message = "send exactly one of document, template, contract_id"
            raise ValueError(message)
        return self


class Why(BaseModel):
    """What makes the difference: how the energy lies in the contracts' bands and tiers."""

    mean_price: Exact | None = Field(description="The whole bill over its kWh.", examples=["36.21"])
    band_shares: dict[str, Exact] = Field(
        description="The share of each band in the billed kWh: `night` is the night share.",
        examples=[{"night": "0.31", "day": "0.69"}],
    )
    tier_shares: dict[str, Exact] = Field(
        description="The share of the kWh in each tier, by its price.",
        examples=[{"29.8": "0.4", "36.4": "0.6"}],
    )


class Compared(BaseModel):
    """One period with the house's contract and with the other one."""

    own: Bill
    other: Bill
    difference: Exact | None = Field(
        description="What the other one would cost more; negative: less.", examples=["-1250"]
    )
    own_why: Why
    other_why: Why


class WhatIf(BaseModel):
    """A contract on the past of the house. Open periods are in the list, but not in the sums."""

    currency: str = Field(examples=["JPY"])
    own_total: Exact
    other_total: Exact
    difference: Exact = Field(description="Of all periods that are over and have both bills.")
    periods: list[Compared]
