"""The schemas of notices."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bff.budgets.schemas import BudgetRow
from bff.db.tables import EventKind
from bff.energy import Exact
from bff.http.schemas import PlaceRef
from bff.names import Names
from bff.prices.schemas import Direction

type HouseCode = Literal[
    "victoriametrics_down",
    "ledger_behind",
    "ledger_rebuilding",
    "rules_changed",
    "configuration_not_reloaded",
    "missing_price",
    "quota_low",
    "archive_late",
    "virtual_home",
]
type BudgetCode = Literal["budget_passed", "budget_forecast"]
type NoticeCode = (
    Literal["device_down", "device_silent", "negative_rest"] | EventKind | HouseCode | BudgetCode
)
type Severity = Literal["error", "warning", "info"]


class AcknowledgementInput(BaseModel):
    """That a person has seen a notice."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": "2026-03-01T00:10:00Z"}]}
    )

    version: str = Field(
        max_length=200, description="Of the notice as it was seen: a newer one is not acknowledged."
    )
    acknowledged_by: str | None = Field(
        default=None,
        max_length=200,
        description="Who; behind Tailscale's proxy its login is kept instead.",
    )


class Acknowledgement(BaseModel):
    """Who has seen a notice, and when."""

    acknowledged_by: str | None
    acknowledged_at: datetime


class Notice(BaseModel):
    """One thing that needs attention. Amounts that its code has none of are null."""

    id: str = Field(examples=["device_down.kettle"])
    version: str = Field(
        description="Changes with what the notice is about; an acknowledgement ends with it.",
        examples=["2026-03-01T00:10:00+00:00"],
    )
    code: NoticeCode = Field(
        description="`device_down`: it does not respond. `device_silent`: no exporter reports it."
        " `negative_rest`: the devices behind a meter measured more than it."
        " `doubtful_rise`, `doubtful_restart`, `fall`: events of its counter that nobody answered;"
        " their energy is missing. `stuck`, `over_rating`, `factor_of_ten`: events of the last 31"
        " days. `victoriametrics_down`: readings and states are unknown. `ledger_behind`: newer"
        " readings are in no cost. `ledger_rebuilding`: energy is being computed again."
        " `rules_changed`: new rules of counting changed energy of the past, see `/ledger/changes`."
        " `configuration_not_reloaded`: processes use an older configuration, the file has"
        " problems. `missing_price`: no price holds now. `quota_low`: few calls of the SwitchBot"
        " cloud are left today. `archive_late`: no day was archived for 26 hours."
        " `budget_passed`: the open reading period cost more than its budget. `budget_forecast`:"
        " its forecast passes the budget. `virtual_home`: the devices are simulated."
    )
    severity: Severity
    since: datetime | None = Field(
        description="When it began; of a device its last reading. null when that is not known."
    )
    age_seconds: float | None = Field(description="Seconds since then.", examples=[360])
    place: PlaceRef | None = Field(description="The device; null when it is about the house.")
    name: Names | None = Field(description="The device's.")
    source: str | None = Field(default=None, description="Of an event: the source that showed it.")
    energy_kwh: Exact | None = Field(
        default=None,
        description="Of a device: what it usually uses in that time, an expectation. Of an event:"
        " the energy at stake. Of a rest: by how much it is negative.",
        examples=["0.4"],
    )
    events: int | None = Field(default=None, description="How many events it is about.")
    max_power_watts: float | None = Field(default=None, description="Of `over_rating`.")
    direction: Direction | None = Field(default=None, description="Of `missing_price`.")
    remaining_calls: int | None = Field(default=None, description="Of `quota_low`.")
    daily_calls: int | None = Field(default=None, description="Of `quota_low`.")
    progress: float | None = Field(default=None, description="Of `ledger_rebuilding`, 0 to 1.")
    eta_seconds: float | None = Field(default=None, description="Of `ledger_rebuilding`.")
    budget: BudgetRow | None = Field(default=None, description="Of `budget_…`.")
    processes: list[str] = Field(default=[], description="Of `configuration_not_reloaded`.")
    acknowledgement: Acknowledgement | None = Field(
        default=None, description="null until somebody has seen this version of it."
    )


class NoticeList(BaseModel):
    """All notices of the house, the gravest first, then the newest; and the present budgets."""

    now: datetime
    notices: list[Notice]
    budgets: list[BudgetRow] = Field(
        description="Those of the open reading period, also where they are kept."
    )
