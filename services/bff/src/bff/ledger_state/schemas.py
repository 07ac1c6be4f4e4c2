"""The schemas of the ledger's state."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from bff.http.schemas import Instant


class RebuildState(BaseModel):
    """The progress of rebuilding stale days."""

    running: bool
    progress: float = Field(description="From 0 to 1, by samples.", examples=[0.4])
    eta_seconds: float | None = Field(description="null while the speed is unknown.")


class LedgerState(BaseModel):
    """The state of the ledger."""

    closed_until: datetime | None = Field(
        description="Slots before are closed and stored; null before the first build."
    )
    looked_at: datetime | None = Field(
        description="When newer samples were last fetched from VictoriaMetrics."
    )
    lag_seconds: float | None = Field(description="Since then; null when they never were.")
    dirty_slots: int = Field(description="Closed slots that are to be rebuilt.", examples=[0])
    fully_counted: bool = Field(
        description="All of history was compared with VictoriaMetrics since the start."
    )
    victoriametrics_error: str | None = Field(
        description="Why the last query of VictoriaMetrics failed; null when it worked."
    )
    rebuild: RebuildState


class RebuildRange(BaseModel):
    """Which slots to rebuild; an empty object means all of them."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        json_schema_extra={
            "examples": [{"from": "2026-03-01T00:00:00+09:00", "to": "2026-03-02T00:00:00+09:00"}]
        },
    )

    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None
    accept_loss: StrictBool = Field(
        default=False,
        description="Also of archived days, whose samples are lost at least in part: what these"
        " measured is gone then, and only a backup brings it back.",
    )
