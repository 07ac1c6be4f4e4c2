"""Bills as the API shows them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bff.bills.query import MeasuredPart, PeriodBill
from bff.bills.schemas import Bill, BillLine, DeviceShare, HouseShare, PartRow, Shares
from bff.contracts.bill import PartBill, without
from bff.contracts.charges import ZERO, Usage
from bff.contracts.rounding import decimal_text
from bff.contracts.shares import Shares as ExactShares
from bff.contracts.shares import average_shares
from bff.energy import MONEY_EXPONENT, UWH_EXPONENT, scaled


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


@dataclass(frozen=True, slots=True)
class _SharedPart:
    """A part of a period, what each device used in it, and its shares."""

    bill: PartBill
    usages: Mapping[str, Usage]
    shares: ExactShares


def _shares(parts: Sequence[MeasuredPart], *, marginal: bool) -> Shares:
    shared = [_shared(part, part.bill) for part in parts if part.bill]
    exact = [each.shares for each in shared]
    names = dict.fromkeys(name for each in shared for name in each.usages)
    house = dict.fromkeys(name for each in exact for name in each.house_lines)
    return Shares(
        devices=[_device_share(shared, name, marginal=marginal) for name in names],
        rest_kwh=scaled(sum(part.rest.total_uwh for part in parts if part.bill), UWH_EXPONENT),
        rest=scaled(sum(each.rest_e21 for each in exact), MONEY_EXPONENT),
        house_lines=[
            HouseShare(name=name, amount=_exact(each.house_lines.get(name, ZERO) for each in exact))
            for name in house
        ],
        rounding=_exact(each.rounding for each in exact),
    )


def _shared(part: MeasuredPart, bill: PartBill) -> _SharedPart:
    usages = part.devices
    return _SharedPart(bill, usages, average_shares(bill, usages, part.used))


def _device_share(parts: Sequence[_SharedPart], name: str, *, marginal: bool) -> DeviceShare:
    uwh = sum(part.usages[name].total_uwh for part in parts)
    saved = (without(part.bill, part.usages[name]) for part in parts)
    return DeviceShare(
        device=name,
        kwh=scaled(uwh, UWH_EXPONENT),
        cost=scaled(sum(part.shares.devices_e21[name] for part in parts), MONEY_EXPONENT),
        marginal=_exact(saved) if marginal else None,
    )


def _exact(amounts: Iterable[Fraction]) -> str:
    return decimal_text(sum(amounts, ZERO), MONEY_EXPONENT)
