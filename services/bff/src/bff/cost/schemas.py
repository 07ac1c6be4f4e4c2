"""Cost on the wire. What comes by the thousand is a dataclass: it is not validated when made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bff.decimals import Exact
from bff.places.tree import Level


class PlaceRef(BaseModel):
    """A place by its path; the levels below it are null."""

    level: Level
    room: str | None = Field(examples=["study"])
    shelf: str | None = Field(examples=["rack_1"])
    device: str | None = Field(examples=[None])


class Span(BaseModel):
    """A stretch of time, half-open."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: datetime = Field(alias="from", examples=["2026-03-01T00:00:00+09:00"])
    to: datetime = Field(examples=["2026-04-01T00:00:00+09:00"])


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of how much time something is known, in device-seconds; time after now is not expected."""

    measured_seconds: Annotated[float, Field(description="Between good samples.", examples=[86000])]
    estimated_seconds: Annotated[
        float, Field(description="In silences whose counter survived.", examples=[400])
    ]
    missing_seconds: Annotated[float, Field(description="Nothing is known.", examples=[0])]
    expected_seconds: Annotated[float, Field(examples=[86400])]


@dataclass(frozen=True, slots=True)
class Figures:
    """Energy, cost and how well they are known."""

    energy_kwh: Annotated[
        Exact | None,
        Field(
            description="Measured and estimated; null when nothing is known, which is not zero.",
            examples=["12.5"],
        ),
    ]
    measured_kwh: Annotated[Exact, Field(examples=["12.1"])]
    estimated_kwh: Annotated[
        Exact,
        Field(description="Spread over silences whose counter survived.", examples=["0.4"]),
    ]
    unpriced_kwh: Annotated[Exact, Field(description="Used while no price held.", examples=["0"])]
    cost: Annotated[
        Exact | None,
        Field(
            description="Of the energy that has a price; null when none of it has.",
            examples=["396.25"],
        ),
    ]
    coverage: Coverage
    unpriced: Annotated[list[Span], Field(description="Where energy was used and no price held.")]


@dataclass(frozen=True, slots=True)
class CostRow:
    """One bucket of time, one place, or one place in one bucket."""

    from_: Annotated[datetime, Field(alias="from", examples=["2026-03-01T00:00:00+09:00"])]
    to: Annotated[datetime, Field(examples=["2026-04-01T00:00:00+09:00"])]
    place: Annotated[PlaceRef | None, Field(description="null unless grouped by place.")]
    figures: Figures


class Cost(Span):
    """What a place used in a range and what it cost. The rows add up to the total exactly."""

    place: PlaceRef
    time_zone: str = Field(examples=["Asia/Tokyo"])
    currency: str = Field(description="ISO 4217.", examples=["JPY"])
    total: Figures
    rows: list[CostRow]
