"""The schemas of a balance."""

from datetime import datetime

from pydantic import BaseModel, Field

from bff.cost.schemas import Missing, OverMeasured, Unmeasured
from bff.energy import Exact
from bff.http.schemas import Span


class BalanceFigures(BaseModel):
    """Where electricity came from and went to; null where there is no such meter, or no data."""

    used_kwh: Exact | None = Field(
        description="What was used up: by the house meter, else bought, generated and discharged"
        " less sold and charged, else by the devices alone.",
        examples=["3"],
    )
    bought_kwh: Exact | None = Field(examples=["1"])
    sold_kwh: Exact | None = Field(examples=["6"])
    generated_kwh: Exact | None = Field(examples=["8"])
    charged_kwh: Exact | None = Field(examples=[None])
    discharged_kwh: Exact | None = Field(examples=[None])
    own_use_kwh: Exact | None = Field(
        description="What was generated and not sold.", examples=["2"]
    )
    rest_kwh: Exact | None = Field(
        description="What was used and no device explains; null where nothing measures the whole"
        " house.",
        examples=["0.6"],
    )
    balance_kwh: Exact | None = Field(
        description="What the meters of grid and generation give beyond the house meter.",
        examples=[None],
    )
    bought_cost: Exact | None = Field(
        description="Of what was bought and has a price; without a grid meter, of what was used.",
        examples=["30"],
    )
    sold_credit: Exact | None = Field(
        description="For what was sold, by the prices of direction export.", examples=["96"]
    )
    bill: Exact | None = Field(
        description="`bought_cost` less `sold_credit`: negative where more was earned.",
        examples=["-66"],
    )
    unpriced_kwh: Exact = Field(
        description="Bought, or without a grid meter used, while no price held.", examples=["0"]
    )
    unpriced_sold_kwh: Exact = Field(
        description="Sold while no price of direction export held.", examples=["0"]
    )


class BalanceRow(Span):
    """One hour, day or month."""

    figures: BalanceFigures


class Balance(Span):
    """The balance of the house over a range. The rows add up to the total exactly."""

    time_zone: str = Field(examples=["Asia/Tokyo"])
    currency: str = Field(description="ISO 4217.", examples=["JPY"])
    now: datetime
    total: BalanceFigures
    rows: list[BalanceRow]
    missing: list[Missing] = Field(description="Meters that were not measured all the time.")
    unmeasured: list[Unmeasured]
    over_measured: list[OverMeasured]
