"""The schemas of what new rules changed."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.energy import Exact


class ChangedMonth(BaseModel):
    """One device in one month; null without data, or without a price."""

    device: str = Field(examples=["server"])
    month: datetime = Field(description="When it begins.", examples=["2026-03-01T00:00:00+09:00"])
    before_kwh: Exact | None
    after_kwh: Exact | None
    before_cost: Exact | None
    after_cost: Exact | None
    currency: str = Field(examples=["JPY"])


class LedgerChanges(BaseModel):
    """What the present rules changed of what was stored before them."""

    rules_version: int = Field(examples=[3])
    began_at: datetime | None = Field(description="When these rules were first used.")
    finished_at: datetime | None = Field(
        description="When all of the past was built by them; null while it is being built."
    )
    months: list[ChangedMonth] = Field(
        description="Only what differs, oldest first; empty until everything is built."
    )
