"""The schemas of what is marked on the time axis of a picture."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.db.tables import EventKind
from bff.energy import Exact
from bff.http.schemas import PlaceRef, Span
from bff.prices.schemas import Direction


class PriceMark(BaseModel):
    """An instant at which another price begins to hold; null where none holds."""

    at: datetime
    direction: Direction
    before: Exact | None = Field(description="Per kWh, until then.")
    after: Exact | None = Field(description="Per kWh, from then on.")


class EventMark(BaseModel):
    """An event of a device of the place."""

    id: str = Field(examples=["3f0c9a5be1d27746"])
    device: str = Field(examples=["server"])
    kind: EventKind
    since: datetime
    at: datetime


class Marks(Span):
    """What happened in a range at a place, earliest first."""

    place: PlaceRef
    prices: list[PriceMark] = Field(description="The newest hundred.")
    events: list[EventMark] = Field(description="The newest hundred.")
    more_prices: int = Field(description="Earlier ones that are left out.", examples=[0])
    more_events: int = Field(description="Earlier ones that are left out.", examples=[0])
