"""Exact quantities on the wire: plain decimal strings, never floats, never 1E+3."""

from decimal import Decimal
from typing import Annotated

from pydantic import WithJsonSchema

Exact = Annotated[
    str,
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["34.3333"]}),
]


def plain(value: Decimal) -> str:
    """Without exponent and without trailing zeros: `34.2`, `0`, `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(units: int, exponent: int) -> str:
    """Exactly `units` times 10^-exponent, as `plain` writes it; `units` is not negative."""
    if not units:
        return "0"  # most of the thousands in an answer are
    digits = str(units).zfill(exponent + 1)
    return f"{digits[:-exponent]}.{digits[-exponent:]}".rstrip("0").rstrip(".")
