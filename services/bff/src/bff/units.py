"""Exact quantities: integers inside, plain decimal strings in the API; never floats, never 1E+3.

Energy is in micro-watt-hours (10^-9 kWh), prices in 10^-12 currency units per kWh; their
products, money in 10^-21 currency units, are Python integers of any length.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import WithJsonSchema

UWH_PER_KWH = 1_000_000_000
UWH_EXPONENT = 9
PRICE_EXPONENT = 12
MONEY_EXPONENT = UWH_EXPONENT + PRICE_EXPONENT

Exact = Annotated[
    str,
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["34.3333"]}),
]


def plain(value: Decimal) -> str:
    """Format without exponent and without trailing zeros: `34.2`, `0`, `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(units: int, exponent: int) -> str:
    """Format exactly `units` times 10^-exponent in the form of `plain`."""
    if not units:
        return "0"  # most of the thousands in a response are
    digits = str(abs(units)).zfill(exponent + 1)
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}".rstrip("0").rstrip(".")


def exact_kwh(uwh: int | None) -> str | None:
    """Format micro-watt-hours as kWh; None stays None."""
    return None if uwh is None else scaled(uwh, UWH_EXPONENT)
