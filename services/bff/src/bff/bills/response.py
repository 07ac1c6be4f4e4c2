"""Bills as the API shows them. Pure."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from bff.bills.query import MeasuredPart, PeriodBill
from bff.bills.schemas import Bill, BillLine, DeviceShare, HouseShare, PartRow, Shares
from bff.contracts.bill import without
from bff.contracts.charges import ZERO
from bff.contracts.rounding import decimal_text
from bff.contracts.shares import Shares as ExactShares
from bff.contracts.shares import average_shares
from bff.units import MONEY_EXPONENT, UWH_EXPONENT, scaled


def bill_response(
    bill: PeriodBill, currency: str, *, shares: bool = False, marginal: bool = False
) -> Bill:
    """Return a bill, its lines added up over its parts."""
    parts = [_part_row(part) for part in bill.parts]
    reasons = list(bill.reasons)
    return Bill(
        statement=bill.statement,
        first_day=bill.period.first_day,
        end_day=bill.period.end_day,
        month=bill.parts[0].contract.part.month if bill.parts else None,
        state="provisional" if reasons else "final",
        reasons=reasons,  # ty: ignore[invalid-argument-type] - literals of `PeriodBill.reasons`
        missing=[name for part in bill.parts for name in part.missing],
        currency=currency,
        billed_kwh=_added_kwh(bill.parts),
        lines=_added_lines(bill.parts),
        total=_text(bill.total),
        parts=parts,
        shares=_shares(bill.parts, marginal=marginal) if shares else None,
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def _part_row(part: MeasuredPart) -> PartRow:
    known_ms, missing_ms = part.times_ms
    billed, bill = part.contract.part, part.bill
    return PartRow(
        contract_id=part.contract.agreed.contract_id,
        contract=part.contract.agreed.name,
        first_day=billed.first_day,
        end_day=billed.end_day,
        month=billed.month,
        is_cut=billed.is_cut,
        billed_kwh=_added_kwh([part]),
        lines=_added_lines([part]),
        total=_text(bill.total if bill else None),
        rests_on=part.meter,
        measured_seconds=known_ms / 1000,
        missing_seconds=missing_ms / 1000,
    )


def _added_kwh(parts: Sequence[MeasuredPart]) -> dict[str, str]:
    added: dict[str, Fraction] = {}
    for part in parts:
        for band, kwh in part.bill.kwh.items() if part.bill else ():
            added[band] = added.get(band, ZERO) + kwh
    return {band: decimal_text(kwh) for band, kwh in added.items()}


def _added_lines(parts: Sequence[MeasuredPart]) -> list[BillLine]:
    charges = [charge for part in parts if part.bill for charge in part.bill.charges]
    found = []
    for name in dict.fromkeys(charge.name for charge in charges):
        of_name = [charge for charge in charges if charge.name == name]
        amounts = [charge.amount for charge in of_name if charge.amount is not None]
        found.append(
            BillLine(
                name=name,
                kind=of_name[0].kind,
                amount=_text(sum(amounts, ZERO) if amounts else None),
                missing=[each for charge in of_name for each in charge.missing],
            )
        )
    return found


def _shares(parts: Sequence[MeasuredPart], *, marginal: bool) -> Shares:
    billed = [part for part in parts if part.bill]
    exact = [_exact_shares(part) for part in billed]
    names = dict.fromkeys(name for each in exact for name in each.devices)
    house = dict.fromkeys(name for each in exact for name in each.house_lines)
    return Shares(
        devices=[_device_share(billed, exact, name, marginal=marginal) for name in names],
        rest_kwh=scaled(sum(part.rest.total_uwh for part in billed), UWH_EXPONENT),
        rest=_exact(each.rest for each in exact),
        house_lines=[
            HouseShare(name=name, amount=_exact(each.house_lines.get(name, ZERO) for each in exact))
            for name in house
        ],
        rounding=_exact(each.rounding for each in exact),
    )


def _exact_shares(part: MeasuredPart) -> ExactShares:
    if part.bill is None:
        return ExactShares({}, ZERO, {}, ZERO)
    return average_shares(part.bill, part.devices, part.used)


def _device_share(
    parts: Sequence[MeasuredPart], exact: Sequence[ExactShares], name: str, *, marginal: bool
) -> DeviceShare:
    uwh = sum(int(part.energy.devices[name][part.columns].sum()) for part in parts)
    saved = (
        without(part.bill, part.usage_of(part.energy.devices[name])) for part in parts if part.bill
    )
    return DeviceShare(
        device=name,
        kwh=scaled(uwh, UWH_EXPONENT),
        cost=_exact(each.devices[name] for each in exact),
        marginal=_exact(saved) if marginal else None,
    )


def _exact(amounts: Iterable[Fraction]) -> str:
    return decimal_text(sum(amounts, ZERO), MONEY_EXPONENT)
