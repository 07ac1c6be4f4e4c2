"""Unit prices on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from bff.decimals import Exact
from bff.instants import Instant

PRICE_PATTERN = r"^\d{1,6}(\.\d{1,6})?$"


def _only_text(value: object) -> object:
    if isinstance(value, (int, float)):
        message = f'money is exact: write it as text, "{value}"'
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    return value


PriceText = Annotated[
    Decimal,
    BeforeValidator(_only_text),
    Field(ge=0, max_digits=12, decimal_places=6, description="Currency units per kWh, as text."),
    WithJsonSchema({"type": "string", "pattern": PRICE_PATTERN, "examples": ["31.7"]}),
]


class PriceInput(BaseModel):
    """A price per kWh that holds from `valid_from` until just before `valid_to`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "price_per_kwh": "31.7",
                    "valid_from": "2026-04-01T00:00:00+09:00",
                    "valid_to": None,
                    "note": "Spring tariff",
                }
            ]
        },
    )

    price_per_kwh: PriceText
    valid_from: Instant
    valid_to: Instant | None = Field(default=None, description="null: it holds for ever.")
    note: str = Field(default="", max_length=500, examples=["Spring tariff"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            message = "valid_to must be after valid_from: a price holds from one until the other"
            raise ValueError(message)
        return self


class NewPrice(PriceInput):
    """A new price; it may end the one that is open at its own beginning."""

    close_open_price: bool = Field(
        default=False,
        description="End the price that has no end at this one's `valid_from`, in one step.",
    )


class PriceRow(BaseModel):
    """A stored unit price."""

    id: int = Field(examples=[3])
    price_per_kwh: Exact = Field(examples=["31.7"])
    currency: str = Field(
        description="ISO 4217, the house's when it was written.", examples=["JPY"]
    )
    valid_from: datetime = Field(examples=["2026-04-01T00:00:00+09:00"])
    valid_to: datetime | None = Field(description="null: it holds for ever.", examples=[None])
    note: str = Field(examples=["Spring tariff"])


class AddTrial(BaseModel):
    """Try to add a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["add"]
    price: PriceInput
    close_open_price: bool = False


class ChangeTrial(BaseModel):
    """Try to change a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["change"]
    id: int = Field(examples=[3])
    price: PriceInput


class DeleteTrial(BaseModel):
    """Try to delete a price."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["delete"]
    id: int = Field(examples=[3])


Trial = Annotated[AddTrial | ChangeTrial | DeleteTrial, Field(discriminator="action")]


class EffectOverRange(BaseModel):
    """What a range costs before and after a change."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: datetime = Field(alias="from", examples=["2026-03-01T00:00:00+09:00"])
    to: datetime = Field(examples=["2026-04-01T00:00:00+09:00"])
    energy_kwh: Exact | None = Field(description="null: nothing was measured.", examples=["210.5"])
    cost_before: Exact | None = Field(description="null: no price held.", examples=["6672.85"])
    cost_after: Exact | None = Field(description="null: no price would hold.", examples=["7367.5"])
    currency: str = Field(examples=["JPY"])


class Effect(BaseModel):
    """What a change of prices would do."""

    present_month: EffectOverRange = Field(description="The house's present month.")
    all_time: EffectOverRange | None = Field(
        description="The months since the first reading (at most ten years), the present one"
        " included; null while there is none."
    )
