"""The schemas of the house, its places and devices.

What there is of each of a thousand devices are dataclasses: models take three times as long.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bff.names import Names
from bff.register.register import Level
from home_model.config import Kind

type State = Literal["up", "down", "silent"]

STATE_MEANING = (
    "up: the exporter has a fresh reading; down: the exporter reports that the device does not"
    " respond; silent: no exporter reports it."
)
AT_MEANING = (
    "When the reading was taken. Of a source that is down or silent: its last reading, whose values"
    " are not shown; null when there was none for 31 days."
)
AGE_MEANING = (
    "Seconds since `at`: the age of the reading, or how long nothing was read. Null when `at` is."
)


class ReadingPeriod(BaseModel):
    """The days [first_day, end_day) between two readings of the supplier's meter."""

    first_day: date = Field(examples=["2026-10-12"])
    end_day: date = Field(examples=["2026-11-11"])


class House(BaseModel):
    """The house as a whole."""

    house: str = Field(examples=["home"])
    name: Names
    time_zone: str = Field(description="Days and months begin by it.", examples=["Asia/Tokyo"])
    currency: str = Field(description="ISO 4217.", examples=["JPY"])
    virtual: bool = Field(description="True when the devices are an emulator's, not real.")
    now: datetime = Field(examples=["2026-03-01T12:00:00+09:00"])
    billing_periods: list[ReadingPeriod] = Field(
        description="Those of the last two years and the present one, earliest first; empty where"
        " the meter is read on the first of each month."
    )


@dataclass(frozen=True, slots=True)
class LiveSum:
    """The present values of the devices of a place, together."""

    power_watts: Annotated[
        float | None,
        Field(
            description="Sum over the devices that are up, of a meter what is left after the"
            " devices behind it; null when none is up.",
            examples=[412.5],
        ),
    ]
    devices_up: Annotated[int, Field(examples=[5])]
    devices_down: Annotated[int, Field(examples=[1])]
    devices_silent: Annotated[int, Field(examples=[0])]
    age_seconds: Annotated[
        float | None,
        Field(
            description="Age of the oldest reading in the sum; null when there is none.",
            examples=[12.4],
        ),
    ]
    age_spread_seconds: Annotated[
        float | None,
        Field(
            description="How far apart a meter and a device behind it were read: what is left of"
            " the meter is only as good. null where there is no meter with devices behind it.",
            examples=[14.0],
        ),
    ]


@dataclass(frozen=True, slots=True)
class PlacePath:
    """The path of a place; levels below it are null."""

    room: Annotated[str | None, Field(examples=["study"])]
    shelf: Annotated[str | None, Field(examples=["rack_1"])]
    device: Annotated[str | None, Field(examples=["server"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNode:
    """A place with the places in it."""

    level: Level
    id: Annotated[str, Field(examples=["study"])]
    path: PlacePath
    name: Names
    live: LiveSum
    kind: Annotated[
        Kind | None,
        Field(description="Only of a device: what its electricity is.", examples=["load"]),
    ] = None
    through_watts: Annotated[
        float | None, Field(description="Only of a device: all that it measures.", examples=[612.0])
    ] = None
    rest_watts: Annotated[
        float | None,
        Field(
            description="Only of the house: what no device explains; null where nothing measures"
            " the whole house.",
            examples=[85.0],
        ),
    ] = None
    children: list["PlaceNode"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """The present values of one source of a device."""

    source: Annotated[str, Field(examples=["cloud"])]
    state: Annotated[State, Field(description=STATE_MEANING)]
    power_watts: Annotated[float | None, Field(examples=[83.2])]
    voltage_volts: Annotated[float | None, Field(examples=[101.3])]
    current_amperes: Annotated[float | None, Field(examples=[0.87])]
    at: Annotated[datetime | None, Field(description=AT_MEANING)]
    age_seconds: Annotated[float | None, Field(description=AGE_MEANING, examples=[12.4])]
    arrived_at: Annotated[
        datetime | None,
        Field(
            description="Of a device that sends its measurements, late ones too: when it last sent"
            " something."
        ),
    ]


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device and its present values, by the best of its sources."""

    device: Annotated[str, Field(examples=["server"])]
    room: Annotated[str, Field(examples=["study"])]
    shelf: Annotated[str, Field(examples=["rack_1"])]
    name: Names
    note: Annotated[str, Field(examples=["Behind the desk; filter in May"])]
    rated_power_watts: Annotated[float, Field(examples=[500])]
    kind: Annotated[Kind, Field(description="What its electricity is.", examples=["load"])]
    upstream: Annotated[
        str | None,
        Field(description="The meter that its electricity also runs through.", examples=[None]),
    ]
    house_meter: Annotated[
        bool, Field(description="Whether all that is used in the house runs through it.")
    ]
    state: Annotated[State, Field(description=STATE_MEANING)]
    source: Annotated[
        str | None,
        Field(
            description="The first source in configuration order that is up.", examples=["cloud"]
        ),
    ]
    power_watts: Annotated[float | None, Field(examples=[83.2])]
    voltage_volts: Annotated[float | None, Field(examples=[101.3])]
    current_amperes: Annotated[float | None, Field(examples=[0.87])]
    at: Annotated[datetime | None, Field(description=AT_MEANING)]
    age_seconds: Annotated[float | None, Field(description=AGE_MEANING, examples=[12.4])]
    sources: Annotated[list[SourceState], Field(description="All sources, best first.")]
