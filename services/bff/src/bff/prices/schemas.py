"""The schemas of unit prices."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    model_validator,
)

from bff.energy import Exact
from bff.http.schemas import Instant

PRICE_PATTERN = r"^-?[0-9]{1,6}(\.[0-9]{1,6})?$"
# Decimal reads more than this: 1_0, 1e5, +5, full-width digits.
PLAIN_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _only_text(value: object) -> object:
    if isinstance(value, (int, float)):
        message = f'money is exact: write it as text, "{value}"'
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    if isinstance(value, str) and not PLAIN_DECIMAL.fullmatch(value):
        message = "write a finite decimal in plain digits, such as 31.7"
        raise ValueError(message)
    return value


PriceText = Annotated[
    Decimal,
    BeforeValidator(_only_text),
    Field(
        max_digits=12,
        decimal_places=6,
        description="Currency units per kWh, as text; negative where the supplier pays for use.",
    ),
    WithJsonSchema({"type": "string", "pattern": PRICE_PATTERN, "examples": ["31.7"]}),
]


type Direction = Literal["import", "export"]


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
    direction: Direction | None = Field(
        default=None,
        description="import: what is bought or used; export: what is sold. Left out: import for a"
        " new price, unchanged for a changed one.",
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            message = "valid_to must be after valid_from: a price holds from one until the other"
            raise ValueError(message)
        return self


class NewPrice(PriceInput):
    """A new price; it may end the one that is open at its own beginning."""

    close_open_price: StrictBool = Field(
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
    direction: Direction = Field(examples=["import"])
