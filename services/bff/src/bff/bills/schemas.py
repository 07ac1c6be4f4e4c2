"""The schemas of bills."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from bff.bills.energy import Meter
from bff.contracts.document import Statement
from bff.energy import Exact

type BillState = Literal["provisional", "final"]
type ProvisionalReason = Literal["period_open", "no_contract", "rate_missing", "not_measured"]


class BillLine(BaseModel):
    """One line of a bill."""

    name: str = Field(examples=["energy"])
    kind: str = Field(examples=["energy"])
    amount: Exact | None = Field(
        description="null: a rate is missing. Negative: taken off.", examples=["12152.5"]
    )
    missing: list[str] = Field(
        description="The rates that it lacks.", examples=[["fuel_adjustment 2026-08"]]
    )


class PartRow(BaseModel):
    """The part of a period that one contract bills."""

    contract_id: int = Field(examples=[1])
    contract: str = Field(examples=["Lighting B, 40 A"])
    first_day: date
    end_day: date = Field(description="The first day after it.")
    month: str = Field(description="Whose rates it bears.", examples=["2026-06"])
    is_cut: bool = Field(description="A contract begins or ends inside the period: prorated.")
    billed_kwh: dict[str, Exact] = Field(
        description="By band, rounded as the contract has it; where several lines have times of"
        " use, by the bands of the first. Of an export statement what was sold.",
        examples=[{"all": "350"}],
    )
    lines: list[BillLine]
    total: Exact | None = Field(description="null: nothing was measured.", examples=["12356"])
    rests_on: Meter | None = Field(
        description="What the billed kWh were measured by: the meters of what is bought, the house"
        " meter, or the sum of all devices."
    )
    measured_seconds: float = Field(description="For how long; of `devices`, device-seconds.")
    missing_seconds: float


class DeviceShare(BaseModel):
    """A device's part of a bill."""

    device: str = Field(examples=["fridge"])
    kwh: Exact = Field(examples=["43.2"])
    cost: Exact = Field(
        description="Its average share: every measured kWh of a band costs the same.",
        examples=["1371.53"],
    )
    marginal: Exact | None = Field(
        description="What would not have been billed without it; these do not add up."
        " null unless asked for.",
        examples=["1572"],
    )


class HouseShare(BaseModel):
    """A line that no energy bears."""

    name: str = Field(examples=["basic"])
    amount: Exact = Field(examples=["1247"])


class Shares(BaseModel):
    """A bill divided: devices, rest, house lines and rounding add up to its total exactly."""

    devices: list[DeviceShare]
    rest_kwh: Exact = Field(description="What no device explains.", examples=["234.792"])
    rest: Exact = Field(examples=["7454.21"])
    house_lines: list[HouseShare]
    rounding: Exact = Field(
        description="What rounding of kWh, lines and total leaves.", examples=["-0.37"]
    )


class Bill(BaseModel):
    """The bill of a reading period."""

    statement: Statement = Field(
        description="`import`: of what is used. `export`: of what is sold, by its own contract."
    )
    first_day: date = Field(examples=["2026-05-11"])
    end_day: date = Field(description="The first day after it.", examples=["2026-06-10"])
    month: str | None = Field(
        description="The month that it bears; null without a contract.", examples=["2026-06"]
    )
    state: BillState
    reasons: list[ProvisionalReason] = Field(description="Why it is provisional.")
    missing: list[str] = Field(
        description="Rates, slots and days that are not there, by name.",
        examples=[["fuel_adjustment 2026-08"]],
    )
    currency: str = Field(description="ISO 4217.", examples=["JPY"])
    billed_kwh: dict[str, Exact] = Field(
        description="By band, of all parts.", examples=[{"all": "350"}]
    )
    lines: list[BillLine] = Field(description="By name, of all parts.")
    total: Exact | None = Field(description="null: nothing was measured.", examples=["12356"])
    parts: list[PartRow] = Field(
        description="More than one where the contract changes inside the period."
    )
    shares: Shares | None = Field(description="null unless asked for.")


class PeriodBills(BaseModel):
    """The bill of a period, and the statement of what was sold where it has its own contract."""

    bill: Bill
    sold: Bill | None
