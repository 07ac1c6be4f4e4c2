"""The ledger's state on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from bff.decimals import Exact
from bff.instants import Instant


class CounterReading(BaseModel):
    """What a counter showed at an instant."""

    at: datetime
    kwh: Exact = Field(examples=["5002.6"])


class RebuildState(BaseModel):
    """How far making days again has come."""

    running: bool
    progress: float = Field(description="From 0 to 1, by samples.", examples=[0.4])
    eta_seconds: float | None = Field(description="null while the speed is not known.")


class LedgerState(BaseModel):
    """Where the ledger stands."""

    closed_until: datetime | None = Field(
        description="Slots before are closed and stored; null before the first build."
    )
    looked_at: datetime | None = Field(
        description="When VictoriaMetrics was last asked for what is newer."
    )
    lag_seconds: float | None = Field(description="Since then; null when it never was.")
    dirty_slots: int = Field(description="Closed slots that are to be made again.", examples=[0])
    fully_counted: bool = Field(
        description="All of history was compared with VictoriaMetrics since the start."
    )
    victoriametrics: str | None = Field(description="Why it cannot be asked; null when it can.")
    rebuild: RebuildState


class RebuildRange(BaseModel):
    """Which slots to make again; nothing said means all of them."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None
