"""The schemas of curves."""

from typing import Literal

from pydantic import BaseModel, Field

from bff.http.schemas import Span

type Quantity = Literal[
    "power_watts",
    "voltage_volts",
    "current_amperes",
    "temperature_celsius",
    "humidity_percent",
    "pressure_hpa",
]


class SourceCurve(BaseModel):
    """One source's values: the lowest and the highest of each step, null where it was silent."""

    source: str = Field(examples=["cloud"])
    low: list[float | None]
    high: list[float | None]


class Curves(Span):
    """A quantity of a device, step by step from `from`: the last step ends at `to` or after it."""

    device: str = Field(examples=["server"])
    quantity: Quantity
    step_seconds: int = Field(description="How long a step is, at least a minute.", examples=[60])
    sources: list[SourceCurve] = Field(
        description="Those that measured it, in configuration order; the peaks of a step are kept."
    )
