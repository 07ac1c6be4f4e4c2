"""Real bills beside ours as the API shows them. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import orjson

from bff.bills.response import bill_response
from bff.contracts.rounding import decimal_text
from bff.real_bills.query import MAX_DRIFT, BothBills
from bff.real_bills.schemas import LineDifference, RealBillRow


def real_bill_row(both: BothBills, currency: str) -> RealBillRow:
    """Return a real bill, ours, and what explains their difference."""
    real, ours = both.real, both.ours
    total, kwh = (ours.total if ours else None), both.our_kwh
    shown = bill_response(ours, currency) if ours else None
    more_kwh = kwh - Fraction(real.kwh) if kwh is not None and real.kwh else None
    by_energy = None
    if more_kwh is not None and total is not None and kwh:
        by_energy = decimal_text(more_kwh * total / kwh, 2)
    return RealBillRow(
        first_day=real.first_day,
        end_day=ours.period.end_day if ours else None,
        statement=real.statement,  # ty: ignore[invalid-argument-type] - written from a Statement
        currency=currency,
        kwh=real.kwh,
        total=real.total,
        note=real.note,
        our_state=shown.state if shown else None,
        our_kwh=_text(kwh),
        our_total=_text(total),
        kwh_difference=_text(more_kwh),
        difference=None if total is None else decimal_text(total - Fraction(real.total)),
        by_energy=by_energy,
        drift_ratio=None if both.drift is None else float(both.drift),
        is_drift=both.drift is not None and abs(both.drift) > MAX_DRIFT,
        lines=list(_lines(both, currency)),
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def _lines(both: BothBills, currency: str) -> Iterator[LineDifference]:
    real = orjson.loads(both.real.lines)
    shown = bill_response(both.ours, currency).lines if both.ours else []
    ours = {line.name: line.amount for line in shown}
    for name in dict.fromkeys([*ours, *real]):
        one, other = ours.get(name), real.get(name)
        difference = None
        if one is not None and other is not None:
            difference = decimal_text(Fraction(one) - Fraction(Decimal(other)))
        yield LineDifference(name=name, real=other, ours=one, difference=difference)
