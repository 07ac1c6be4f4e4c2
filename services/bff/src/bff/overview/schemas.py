"""The schemas of an overview."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from bff.cost.schemas import Figures
from bff.energy import Exact
from bff.http.schemas import PlaceRef, Span
from bff.names import Names
from bff.places.schemas import LiveSum


class DeviceNotUp(BaseModel):
    """A device that is down or silent."""

    device: str = Field(examples=["kettle"])
    room: str = Field(examples=["kitchen"])
    shelf: str = Field(examples=["counter"])
    name: Names
    state: Literal["down", "silent"]
    since: datetime | None = Field(
        description="Its last reading; null when there was none for 31 days."
    )
    age_seconds: float | None = Field(description="Seconds since then.", examples=[360])
    usual_kwh: Exact | None = Field(
        description="The energy it usually uses in that time, by its mean power of 28 days: an"
        " expectation, not a measurement. null without data.",
        examples=["0.4"],
    )


class PeriodComparison(Span):
    """The same elapsed part of the period before, from `from` to `to`."""

    until: datetime = Field(
        description="The period until here is compared: the last quarter of an hour before now."
    )
    energy_kwh: Exact | None = Field(description="Of the period until `until`.", examples=["3.4"])
    energy_kwh_before: Exact | None = Field(examples=["3.1"])
    energy_change_ratio: float | None = Field(
        description="0.1 is a tenth more; null when either is null or the one before is 0.",
        examples=[0.0968],
    )
    cost: Exact | None = Field(examples=["107.78"])
    cost_before: Exact | None = Field(examples=["98.27"])
    cost_change_ratio: float | None = Field(examples=[0.0968])


class PeriodOverview(Span):
    """A running period of the house."""

    days: int = Field(description="How many days it has.", examples=[30])
    days_elapsed: int = Field(description="The present day is counted.", examples=[28])
    figures: Figures = Field(description="From its start until now.")
    comparison: PeriodComparison


class Overview(BaseModel):
    """The first screen of a place."""

    place: PlaceRef
    time_zone: str = Field(examples=["Asia/Tokyo"])
    currency: str = Field(examples=["JPY"])
    now: datetime
    live: LiveSum
    not_up: list[DeviceNotUp] = Field(description="Every device that is down or silent.")
    today: PeriodOverview
    this_month: PeriodOverview
