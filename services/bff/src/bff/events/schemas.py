"""The schemas of events and their answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bff.db.tables import AnswerWord, EventKind
from bff.energy import Exact
from bff.http.schemas import Instant

type EventState = Literal["open", "answered", "notice"]


class AnswerInput(BaseModel):
    """The decision of a person on an event."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"answer": "count", "note": "The heater ran all night"}]},
    )

    answer: AnswerWord = Field(
        description="`count`: the energy was used. `other_meter`: the counter is another one, or"
        " began again; nothing was used. `wrong_reading`: the reading, and what goes on from it"
        " within a day, never happened. Of `samples_lost`: `keep` the slots, or `rebuild` them from"
        " the samples that are left, which cannot be undone."
    )
    answered_by: str | None = Field(
        default=None,
        max_length=200,
        description="Who decided; behind Tailscale's proxy its login is kept instead.",
    )
    note: str = Field(default="", max_length=500)


class EventAnswerRow(BaseModel):
    """A stored answer."""

    answer: AnswerWord
    answered_by: str | None
    answered_at: datetime
    note: str


class EventRow(BaseModel):
    """An event of a counter or device."""

    id: str = Field(examples=["3f0c9a5be1d27746"])
    device: str = Field(examples=["server"])
    is_of_exported: bool = Field(
        description="Whether it is of the counter of what a meter of kind `grid` exported."
    )
    source: str = Field(description="The source that showed it.", examples=["cloud"])
    kind: EventKind = Field(
        description="`doubtful_rise`: more than the device is known to use. `doubtful_restart`:"
        " the counter fell by half or more and shows energy. `fall`: it fell by less."
        " `stuck`: the source stood still while another one measured. `over_rating`: the mean"
        " power of a slot was above the rated power. `factor_of_ten`: two sources differ tenfold."
        " `bill_drift`: our kWh are over 2 % from those of the supplier's bill."
        " `samples_lost`: VictoriaMetrics has fewer samples of more than three days than their"
        " slots were made from; the slots are kept. `ledger_damaged`: rows of the ledger were"
        " damaged, and rebuilt from the samples that are left."
    )
    state: EventState = Field(
        description="`open`: energy that is missing until someone answers. `notice`: for"
        " information, it takes no answer."
    )
    since: datetime = Field(description="The reading before it; for a notice its beginning.")
    at: datetime = Field(description="The reading that showed it; for a notice its end.")
    before_kwh: Exact | None = Field(
        description="The counter before; of `factor_of_ten` the energy of the other source."
    )
    after_kwh: Exact | None = Field(
        description="The counter after; of `factor_of_ten` the energy of this source."
    )
    energy_kwh: Exact = Field(description="The energy at stake.", examples=["39.5"])
    max_power_watts: float | None = Field(
        description="Of `over_rating`: the highest mean power of a slot."
    )
    answer: EventAnswerRow | None


class EventQuery(BaseModel):
    """Which events to list; everything may be left out."""

    model_config = ConfigDict(extra="forbid")

    device: str | None = Field(default=None, description="Only this device.", examples=["server"])
    state: EventState | None = Field(default=None, description="Only events in this state.")
    from_: Instant | None = Field(default=None, alias="from", description="Shown since.")
    to: Instant | None = Field(default=None, description="Shown before.")
    skip: int = Field(default=0, ge=0, le=1_000_000, description="Leave out so many of the newest.")
    max_events: int = Field(default=100, ge=1, le=1_000, description="At most so many.")


class EventList(BaseModel):
    """A page of events, newest first."""

    total: int = Field(description="All events that match.", examples=[1])
    events: list[EventRow]
