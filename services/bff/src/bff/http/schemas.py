"""Schemas that several features share."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from bff.place_tree import Level, Place
from bff.time_grid import Interval, in_zone
from bff.units import UWH_EXPONENT, Exact, scaled


class Span(BaseModel):
    """A half-open interval."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: datetime = Field(alias="from", examples=["2026-03-01T00:00:00+09:00"])
    to: datetime = Field(examples=["2026-04-01T00:00:00+09:00"])


class PlaceRef(BaseModel):
    """A place by its path; the levels below it are null."""

    level: Level
    room: str | None = Field(examples=["study"])
    shelf: str | None = Field(examples=["rack_1"])
    device: str | None = Field(examples=[None])

    @classmethod
    def of(cls, place: Place) -> Self:
        """Return the reference of a place."""
        return cls(level=place.level, room=place.room, shelf=place.shelf, device=place.device)


class CounterReading(BaseModel):
    """The value of a counter at an instant."""

    at: datetime
    kwh: Exact = Field(examples=["5002.6"])


def span(interval: Interval, zone: ZoneInfo) -> Span:
    """Return an interval in the house's time zone."""
    return Span(from_=in_zone(interval.start_ms, zone), to=in_zone(interval.end_ms, zone))


def counter_reading(at_ms: int, uwh: int, zone: ZoneInfo) -> CounterReading:
    """Return a counter's value, exact and in the house's time zone."""
    return CounterReading(at=in_zone(at_ms, zone), kwh=scaled(uwh, UWH_EXPONENT))
