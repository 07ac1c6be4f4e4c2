"""The schemas of the register: where devices were, what changed, and corrections of the past."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bff.http.schemas import Instant
from bff.names import Names
from bff.register.register import Action
from home_model.config import Kind

type Change = Literal["added", "moved", "retired", "returned", "became", "sources"]


class EntryRow(BaseModel):
    """A device in one place, behind one meter, from one instant until just before another."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: datetime | None = Field(alias="from", description="null: it always was so.")
    to: datetime | None = Field(description="null: it is so.")
    room: str = Field(examples=["study"])
    shelf: str = Field(examples=["rack_1"])
    upstream: str | None = Field(examples=[None])
    kind: Kind = Field(examples=["load"])
    measured_as: str = Field(
        description="The name that its readings bear in VictoriaMetrics.", examples=["server"]
    )


class RegisteredDevice(BaseModel):
    """A device and its past."""

    device: str = Field(examples=["server"])
    name: Names
    retired: bool = Field(description="It is no longer in the configuration file.")
    entries: list[EntryRow]


class HistoryRow(BaseModel):
    """A change of the register, or a correction of its past."""

    at: datetime
    device: str = Field(examples=["server"])
    change: Change | Action
    by: str = Field(examples=["devices.yaml"])
    note: str = Field(examples=["study/rack_1 → bedroom/window"])
    correction_id: int | None = Field(description="null: not a correction.", examples=[None])
    corrected_at: datetime | None = Field(
        description="Of a correction: the instant of the change that it corrects.", examples=[None]
    )
    undone_at: datetime | None = Field(examples=[None])
    undone_by: str | None = Field(examples=[None])


class CorrectionInput(BaseModel):
    """A decision on the past of a device. Without one, every change holds from when it was made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"action": "always_there", "device": "server"}]},
    )

    action: Action = Field(
        description="always_there: where the device is since a move, it always was; renamed: the"
        " retired device `former` is the same as this one; never_was: a retired device and its"
        " past are left out of every total."
    )
    device: str = Field(examples=["server"])
    former: str | None = Field(
        default=None, description="Only of `renamed`: the retired device.", examples=[None]
    )
    at: Instant | None = Field(
        default=None,
        description="Of `always_there`: when the move is dated, the last one by default. Of"
        " `renamed`: until when it had the former name, its retirement by default.",
    )
    by: str = Field(
        default="",
        max_length=200,
        description="Who decides; replaced by the login where Tailscale names one.",
    )


class CorrectionRow(BaseModel):
    """A stored correction."""

    id: int = Field(examples=[1])
    action: Action
    device: str = Field(examples=["server"])
    former: str | None = Field(examples=[None])
    at: datetime | None
    made_at: datetime
    made_by: str
    undone_at: datetime | None = Field(examples=[None])
    undone_by: str | None = Field(examples=[None])
