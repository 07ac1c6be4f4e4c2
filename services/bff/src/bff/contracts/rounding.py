"""Exact rounding of fractions."""

from decimal import Decimal
from fractions import Fraction

from bff.contracts.document import Rounding

HALF = Fraction(1, 2)


def rounded(value: Fraction, rounding: Rounding | None) -> Fraction:
    """Round to a multiple; `down` is toward zero and `up` away from it, also below zero."""
    if rounding is None or rounding.mode == "none":
        return value
    step = Fraction(rounding.to)
    steps, sign = abs(value) / step, -1 if value < 0 else 1
    whole = steps.numerator // steps.denominator
    if rounding.mode == "up":
        whole = -(-steps.numerator // steps.denominator)
    elif rounding.mode == "half_up" and steps - whole >= HALF:
        whole += 1
    return sign * whole * step


def decimal_text(value: Fraction, digits: int = 12) -> str:
    """Write a fraction as a plain decimal, exact where it ends within `digits` places."""
    scaled = rounded(value * 10**digits, Rounding(mode="half_up", to=Decimal(1)))
    text = format(Decimal(scaled.numerator).scaleb(-digits), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
