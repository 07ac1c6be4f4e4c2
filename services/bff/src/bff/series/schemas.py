"""The schemas of series."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bff.energy import Exact

type SeriesPeriod = Literal["month", "day", "slot"]

MAX_VALUES = 20_000


class SeriesInput(BaseModel):
    """What a series is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"period": "month", "note": "Fuel adjustment, yen/kWh"}]},
    )

    period: SeriesPeriod = Field(
        description="month: a rate for each bill month (2026-05). day: a name for each day, such"
        " as a colour (2026-05-11). slot: a price for each slot of the market."
    )
    slot_minutes: Literal[15, 30, 60] | None = Field(
        default=None, description="Only of `slot`: how long a slot lasts."
    )
    note: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _slots_have_a_length(self) -> Self:
        if (self.period == "slot") != (self.slot_minutes is not None):
            message = "slot_minutes belongs to a series of slots, and only to it"
            raise ValueError(message)
        return self


class SeriesRow(BaseModel):
    """A series without its values."""

    series: str = Field(examples=["fuel_adjustment"])
    period: SeriesPeriod
    slot_minutes: int | None = Field(examples=[None])
    note: str
    count: int = Field(description="How many values it has.", examples=[12])
    first: str | None = Field(description="The key of its first value.", examples=["2026-01"])
    last: str | None = Field(description="The key of its last value.", examples=["2026-12"])
    missing: list[str] = Field(
        description="Of `month` and `day`: the keys between the first and the last without a value."
    )


class SeriesValueRow(BaseModel):
    """A value of a series."""

    key: str = Field(
        description="A month, a day, or an instant in UTC to the minute.", examples=["2026-05"]
    )
    value: str = Field(description="A decimal as text; of `day` a name.", examples=["-7.72"])


class SeriesValues(SeriesRow):
    """A series with its values."""

    values: list[SeriesValueRow] = Field(description=f"At most {MAX_VALUES}, earliest first.")


class ValuesInput(BaseModel):
    """New values; those of other keys stay."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"values": {"2026-05": "-7.72", "2026-06": "-7.16"}}]},
    )

    values: dict[str, str | None] = Field(
        max_length=MAX_VALUES, description="By key; null removes a value."
    )


class ValueChange(BaseModel):
    """A value before and after."""

    key: str = Field(examples=["2026-05"])
    old: Exact | None = Field(description="null: there was none.", examples=["-8.93"])
    new: Exact | None = Field(description="null: there is none.", examples=["-7.72"])


class SeriesChange(BaseModel):
    """What new values change."""

    saved: bool = Field(description="false: a preview.")
    unchanged: int = Field(description="How many of the values sent are there already.")
    changes: list[ValueChange]
