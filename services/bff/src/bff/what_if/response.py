"""Two contracts side by side as the API shows them. Pure."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bff.bills.query import PeriodBill
from bff.bills.response import bill_response
from bff.contracts.bill import PartBill
from bff.contracts.charges import ZERO, kwh_by_band
from bff.contracts.document import EnergyLine
from bff.contracts.period import BilledPart, length_to_prorate
from bff.contracts.rounding import decimal_text
from bff.what_if.query import BothBills
from bff.what_if.schemas import Compared, WhatIf, Why

SHARE_DIGITS = 4
PRICE_DIGITS = 2


def what_if_response(both: BothBills, currency: str) -> WhatIf:
    """Return the bills of each period side by side, and the sums of those that are over."""
    over = [
        (own.total, other.total)
        for own, other in both
        if own.total is not None and other.total is not None and not own.is_open
    ]
    own_total = sum((total for total, _ in over), ZERO)
    other_total = sum((total for _, total in over), ZERO)
    return WhatIf(
        currency=currency,
        own_total=decimal_text(own_total),
        other_total=decimal_text(other_total),
        difference=decimal_text(other_total - own_total),
        periods=[_compared(own, other, currency) for own, other in both],
    )


def _compared(own: PeriodBill, other: PeriodBill, currency: str) -> Compared:
    difference = None
    if own.total is not None and other.total is not None:
        difference = decimal_text(other.total - own.total)
    return Compared(
        own=bill_response(own, currency),
        other=bill_response(other, currency),
        difference=difference,
        own_why=_why(own),
        other_why=_why(other),
    )


def _why(bill: PeriodBill) -> Why:
    kwh: dict[str, Fraction] = {}
    tiers: dict[str, Fraction] = {}
    for part in bill.parts:
        for band, used in part.bill.kwh.items() if part.bill else ():
            kwh[band] = kwh.get(band, ZERO) + used
        for line in part.contract.agreed.document.energy_lines:
            billed = _kwh_of_line(part.bill, line) if part.bill else {}
            for price, used in _tiers(line, part.contract.part, billed):
                tiers[price] = tiers.get(price, ZERO) + used
    total = sum(kwh.values(), ZERO)
    mean = bill.total / total if bill.total is not None and total else None
    return Why(
        mean_price=None if mean is None else decimal_text(mean, PRICE_DIGITS),
        band_shares=_shares(kwh, total),
        tier_shares=_shares(tiers, total),
    )


def _kwh_of_line(bill: PartBill, line: EnergyLine) -> Mapping[str, Fraction]:
    return bill.kwh if line.times is None else kwh_by_band(bill.document, bill.usage, line)


def _tiers(
    line: EnergyLine, part: BilledPart, kwh: Mapping[str, Fraction]
) -> Iterator[tuple[str, Fraction]]:
    """Yield the kWh in each tier of a line, by price; those of a prorated part by whole tiers."""
    sets = [(line.tiers, sum(kwh.values(), ZERO))] if line.tiers else []
    sets += [(band.tiers, kwh.get(band.name, ZERO)) for band in line.times or () if band.tiers]
    length = length_to_prorate(line.tiers_per, line.prorate, part)
    for tiers, used in sets:
        begin = ZERO
        for tier in tiers or ():
            end = used if tier.up_to is None else min(used, Fraction(tier.up_to) * length)
            if end > begin:
                yield decimal_text(Fraction(tier.price)), end - begin
            begin = max(begin, end)


def _shares(kwh: Mapping[str, Fraction], total: Fraction) -> dict[str, str]:
    if not total:
        return {}
    return {name: decimal_text(used / total, SHARE_DIGITS) for name, used in kwh.items()}
