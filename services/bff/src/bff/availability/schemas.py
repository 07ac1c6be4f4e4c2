"""The schemas of when a device was up, down or silent."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.http.schemas import Span


class AvailabilityCell(BaseModel):
    """How long the device was in each state in a cell, as far as it has passed."""

    at: datetime = Field(description="The first instant of the cell.")
    up_seconds: int = Field(description="A source had a reading.", examples=[3600])
    down_seconds: int = Field(
        description="No source had one, and an exporter reported that it does not respond.",
        examples=[0],
    )
    silent_seconds: int = Field(description="No exporter reported it.", examples=[0])


class Availability(Span):
    """The states of a device, cell by cell from `from`; cells of the future are left out."""

    device: str = Field(examples=["server"])
    step_seconds: int = Field(description="How long a cell is.", examples=[3600])
    resolution_seconds: int = Field(
        description="A state that is shorter may not be seen.", examples=[60]
    )
    up_seconds: int = Field(description="In all cells together.", examples=[86_400])
    down_seconds: int = Field(examples=[0])
    silent_seconds: int = Field(examples=[0])
    cells: list[AvailabilityCell]
