"""The schemas of hours of the week."""

from typing import Annotated

from pydantic import BaseModel, Field

from bff.cost.schemas import Figures
from bff.http.schemas import PlaceRef, Span


class WeekHour(BaseModel):
    """One hour of the week, added up over all weeks of the range."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 is Monday.", examples=[1])]
    hour: Annotated[int, Field(ge=0, le=23, description="By the house's clock.", examples=[18])]
    times: Annotated[
        int, Field(description="How often the hour began in the range until now.", examples=[4])
    ]
    figures: Figures


class WeekHours(Span):
    """What a place used at each hour of the week."""

    place: PlaceRef
    currency: str = Field(examples=["JPY"])
    hours: list[WeekHour] = Field(
        description="Those that the range has, from Monday midnight; they add up to the range."
    )
