"""The schemas of a change of contracts that is tried, and of its effect."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bff.contracts.document import Statement
from bff.contracts.schemas import ContractInput
from bff.energy import Exact


class AddContractTrial(BaseModel):
    """Try to add a contract."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["add"]
    contract: ContractInput


class ChangeContractTrial(BaseModel):
    """Try to change a contract."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["change"]
    id: int = Field(examples=[1])
    contract: ContractInput


class DeleteContractTrial(BaseModel):
    """Try to delete a contract."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["delete"]
    id: int = Field(examples=[1])


ContractTrial = Annotated[
    AddContractTrial | ChangeContractTrial | DeleteContractTrial, Field(discriminator="action")
]


class PeriodEffect(BaseModel):
    """The bill of a reading period before and after a change."""

    first_day: date = Field(examples=["2026-05-11"])
    end_day: date = Field(description="The first day after it.", examples=["2026-06-10"])
    before: Exact | None = Field(
        description="null: no contract, or nothing measured.", examples=["12356"]
    )
    after: Exact | None = Field(examples=["12980"])


class ContractEffect(BaseModel):
    """The effect of a change of contracts on the bills of the last 800 days."""

    statement: Statement
    currency: str = Field(examples=["JPY"])
    periods: list[PeriodEffect] = Field(
        description="The reading periods whose bill would change, oldest first."
    )
    forecast: PeriodEffect | None = Field(
        description="The open period as it is expected to end; null: no forecast."
    )
    last_period_as_if: PeriodEffect | None = Field(
        description="The last period that is over, with the new contract as if it had held; null"
        " for a deleted contract."
    )
