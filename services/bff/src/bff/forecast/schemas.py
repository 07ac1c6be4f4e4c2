"""The schemas of a forecast."""

from datetime import date

from pydantic import BaseModel, Field

from bff.energy import Exact


class RangeOfValues(BaseModel):
    """What is expected, and a range that holds it in four of five periods."""

    low: Exact = Field(examples=["310"])
    expected: Exact = Field(examples=["345"])
    high: Exact = Field(examples=["380"])


class NextTierRow(BaseModel):
    """Where the next price per kWh begins."""

    from_kwh: Exact = Field(examples=["300"])
    price: Exact = Field(examples=["40.49"])
    on: date | None = Field(description="When that is expected; null: not in this period.")


class BillForecast(BaseModel):
    """What the open period comes to, from the same weekdays of the last four weeks."""

    first_day: date
    end_day: date
    currency: str = Field(examples=["JPY"])
    so_far_kwh: Exact = Field(examples=["120.5"])
    kwh: RangeOfValues
    total: RangeOfValues
    next_tier: NextTierRow | None = Field(description="null: no tier begins above what was used.")


class ForecastAnswer(BaseModel):
    """A forecast, or why there is none."""

    forecast: BillForecast | None = Field(
        description="null: the period is over, there is no contract, or less than three days of"
        " data."
    )
