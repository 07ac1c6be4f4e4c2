"""A bill: the lines of each part of a reading period, and their total. Pure and exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bff.contracts.charges import ZERO, Charge, Context, Usage, billed_kwh, charges
from bff.contracts.document import ContractDocument
from bff.contracts.rounding import rounded


@dataclass(frozen=True, slots=True)
class PartBill:
    """What one contract charges for its part of a period."""

    document: ContractDocument
    usage: Usage
    context: Context
    kwh: Mapping[str, Fraction]
    charges: Sequence[Charge]

    @property
    def sum(self) -> Fraction:
        """The lines as billed; a line that lacks a rate is not in it."""
        return sum((charge.amount or ZERO for charge in self.charges), ZERO)

    @property
    def total(self) -> Fraction:
        """The sum, rounded as the contract has it."""
        return rounded(self.sum, self.document.total.rounding)

    @property
    def missing(self) -> tuple[str, ...]:
        """The rates that lines lack."""
        return tuple(name for charge in self.charges for name in charge.missing)


def part_bill(document: ContractDocument, usage: Usage, context: Context) -> PartBill:
    """Return what a contract charges for a part of a period."""
    return PartBill(
        document, usage, context, billed_kwh(document, usage), charges(document, usage, context)
    )


def without(bill: PartBill, usage: Usage) -> Fraction:
    """Return what would not have been billed without a part of the energy (its marginal cost).

    Not less than nothing is bought: what a house generated itself is not saved from the bill.
    """
    left = Usage(
        band_uwh={
            band: max(0, uwh - usage.band_uwh.get(band, 0))
            for band, uwh in bill.usage.band_uwh.items()
        },
        slot_uwh=[
            max(0, uwh - used)
            for uwh, used in zip(bill.usage.slot_uwh, usage.slot_uwh, strict=True)
        ],
        export_uwh=bill.usage.export_uwh,
        export_slot_uwh=bill.usage.export_slot_uwh,
    )
    return bill.total - part_bill(bill.document, left, bill.context).total
