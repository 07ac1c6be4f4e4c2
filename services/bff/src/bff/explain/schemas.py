"""The schemas of an explanation."""

from typing import Literal

from pydantic import BaseModel, Field

from bff.cost.schemas import Figures
from bff.energy import Exact
from bff.http.schemas import CounterReading, Span


class EdgeReading(BaseModel):
    """The readings of a source's counter around an edge of the range."""

    source: str
    edge: Literal["from", "to"]
    before: CounterReading | None = Field(description="The last reading up to the edge.")
    after: CounterReading | None = Field(description="The first reading after it.")


class ExplainedSlot(Span):
    """A slot, or the part of it that lies in the range."""

    source: str | None = Field(description="The source that counted; null where none has data.")
    quality: Literal["measured", "estimated", "mixed", "missing"]
    measured_kwh: Exact
    estimated_kwh: Exact
    missing_seconds: float
    archived: bool = Field(
        description="Samples of its day are lost, or older than VictoriaMetrics keeps them: its"
        " figures are those that the ledger kept."
    )


class UsedPrice(Span):
    """A price, and what was used while it held within the range."""

    id: int | None = Field(description="Of the unit price; null where none held.")
    price_per_kwh: Exact | None
    energy_kwh: Exact | None = Field(description="null without data.")
    cost: Exact | None


class Explanation(Span):
    """The path from a number back to readings and prices."""

    device: str
    currency: str
    total: Figures
    slots: list[ExplainedSlot]
    slots_left_out: int = Field(description="Of the range's slots, those after the given ones.")
    readings: list[EdgeReading]
    prices: list[UsedPrice]
