"""Exact quantities on the wire: plain decimal strings, never floats, never 1E+3."""

from decimal import Context, Decimal
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

_WIDE = Context(prec=80)


def plain(value: Decimal) -> str:
    """Without exponent and without trailing zeros: `34.2`, `0`, `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(units: int, exponent: int) -> Decimal:
    """Exactly `units` times 10^-exponent."""
    return Decimal(units).scaleb(-exponent, _WIDE)


Exact = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["34.3333"]}),
]
