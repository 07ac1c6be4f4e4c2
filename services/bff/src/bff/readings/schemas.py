"""The schemas of reading dates."""

from pydantic import BaseModel, ConfigDict, Field

from bff.http.schemas import Day


class ReadingDates(BaseModel):
    """When the meter of the supplier is read."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"dates": ["2026-04-13", "2026-05-12", "2026-06-11"], "day_of_month": 11}]
        },
    )

    dates: list[Day] = Field(
        max_length=1200,
        description="Real reading days; a period begins at the start of each and ends at the next.",
    )
    day_of_month: int | None = Field(
        default=1,
        ge=1,
        le=31,
        description="Where the list has no date: this day of each month, in a shorter month its"
        " last. null: only the list holds.",
    )
