"""The schemas of cost. Rows come by the thousand: they are dicts, which are written as they are."""

from datetime import date
from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, Field

from bff.bills.schemas import BillState, HouseShare, ProvisionalReason
from bff.energy import Exact
from bff.http.schemas import InstantText, PlaceRef, Span


class Coverage(TypedDict):
    """How much time was measured, in device-seconds; time after now is not expected."""

    measured_seconds: Annotated[float, Field(description="Between good samples.", examples=[86000])]
    estimated_seconds: Annotated[
        float, Field(description="In gaps whose counter survived.", examples=[400])
    ]
    missing_seconds: Annotated[float, Field(description="Without data.", examples=[0])]
    expected_seconds: Annotated[float, Field(examples=[86400])]


class Figures(TypedDict):
    """Energy, cost and their coverage."""

    energy_kwh: Annotated[
        Exact | None,
        Field(
            description="Measured and estimated; null without data, which is not zero. Of a meter,"
            " less what the devices behind it measured: negative where they measured more.",
            examples=["12.5"],
        ),
    ]
    through_kwh: Annotated[
        Exact | None,
        Field(
            description="Only of a device: all that it measured, the devices behind it included.",
            examples=["20.5"],
        ),
    ]
    measured_kwh: Annotated[Exact, Field(examples=["12.1"])]
    estimated_kwh: Annotated[
        Exact,
        Field(
            description="Spread over gaps whose counter survived. Of a meter, negative where a"
            " device behind it was estimated while the meter was measured.",
            examples=["0.4"],
        ),
    ]
    unpriced_kwh: Annotated[Exact, Field(description="Used while no price held.", examples=["0"])]
    cost: Annotated[
        Exact | None,
        Field(
            description="Of the energy that has a price; null when none of it has.",
            examples=["396.25"],
        ),
    ]
    coverage: Coverage
    unpriced: Annotated[list[Span], Field(description="Where energy was used and no price held.")]


# By call, as `from` is a keyword.
CostRow = TypedDict(
    "CostRow",
    {
        "from": Annotated[InstantText, Field(examples=["2026-03-01T00:00:00+09:00"])],
        "to": Annotated[InstantText, Field(examples=["2026-04-01T00:00:00+09:00"])],
        "place": Annotated[
            PlaceRef | None,
            Field(
                description="null unless grouped by place. The house itself: what no device"
                " explains."
            ),
        ],
        "figures": Figures,
    },
)
CostRow.__doc__ = "One bucket of time, one place, or one place in one bucket."


class Missing(BaseModel):
    """A meter that was not measured: what is behind it counts by itself, and it has no rest."""

    device: str = Field(examples=["kitchen_circuit"])
    seconds: float = Field(examples=[7200])


class Unmeasured(BaseModel):
    """A device that was not measured while its meter was: it is a part of the meter's rest."""

    device: str = Field(examples=["fridge"])
    upstream: str = Field(examples=["kitchen_circuit"])
    seconds: float = Field(examples=[7200])


type SuspectReason = Literal["clock", "times_ten", "tenth", "wrong_upstream"]


class Suspect(BaseModel):
    """What may explain that more was measured behind a meter than by it."""

    device: str | None = Field(description="null: the house's meters.", examples=["kettle"])
    reason: SuspectReason = Field(
        description="clock: it is read at another time; times_ten: it counts ten times too much;"
        " tenth: it counts a tenth; wrong_upstream: it is not behind that meter."
    )


class OverMeasured(BaseModel):
    """A fault: the devices behind a meter measured more than it. Nothing is cut off for it."""

    device: str | None = Field(
        description="The meter; null: the meters of grid and generation.", examples=["circuit"]
    )
    over_measured_kwh: Exact = Field(examples=["0.2"])
    suspects: list[Suspect] = Field(description="Likeliest first.")


class BillRest(BaseModel):
    """What no energy bears of the bill of a reading period that lies in the range."""

    first_day: date = Field(examples=["2026-05-11"])
    end_day: date = Field(description="The first day after it.", examples=["2026-06-10"])
    house_lines: list[HouseShare]
    rounding: Exact = Field(examples=["-0.37"])
    total: Exact | None = Field(description="The whole bill.", examples=["12356"])


class ContractBasis(BaseModel):
    """By which bills the costs are shares."""

    allocation: Literal["average", "marginal"]
    adds_up: bool = Field(
        description="true: rows add up to the total, and with house lines and rounding to the bill."
        " false: marginal costs do not add up."
    )
    state: BillState = Field(description="provisional: a period is open or lacks something.")
    reasons: list[ProvisionalReason]
    missing: list[str] = Field(description="The rates and days that are not there.")
    bills: list[BillRest] = Field(
        description="Of the whole house: the reading periods that lie within the range."
    )


Cost = TypedDict(
    "Cost",
    {
        "from": Annotated[InstantText, Field(examples=["2026-03-01T00:00:00+09:00"])],
        "to": Annotated[InstantText, Field(examples=["2026-04-01T00:00:00+09:00"])],
        "place": PlaceRef,
        "time_zone": Annotated[str, Field(examples=["Asia/Tokyo"])],
        "currency": Annotated[str, Field(description="ISO 4217.", examples=["JPY"])],
        "basis": Literal["unit_price", "contract"],
        "contract": Annotated[ContractBasis | None, Field(description="Only of basis contract.")],
        "total": Figures,
        "rows": list[CostRow],
        "missing": Annotated[
            list[Missing], Field(description="Meters that were not measured all the time.")
        ],
        "unmeasured": list[Unmeasured],
        "over_measured": list[OverMeasured],
    },
)
Cost.__doc__ = "Energy and cost of a place over a range. The rows add up to the total exactly."
