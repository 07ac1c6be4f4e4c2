"""Each device's average share of a bill, so that all shares add up to the bill exactly. Pure.

Within a part of a period every measured kWh of the same band costs the same. What no energy bears
stays with the house, line by line; what rounding leaves is a share of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bff.contracts.bill import PartBill
from bff.contracts.charges import ZERO, Charge, Usage
from bff.contracts.document import Rounding
from bff.contracts.rounding import rounded

REST = "rest"
ROUNDING = "rounding"
# Shares are decimals on the wire; what is cut off here is in the share of rounding.
SHARE_STEP = Rounding(mode="down", to=Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class Shares:
    """Money by device, the rest no device explains, lines of the house, and rounding."""

    devices: Mapping[str, Fraction]
    rest: Fraction
    house_lines: Mapping[str, Fraction]
    rounding: Fraction


def average_shares(bill: PartBill, devices: Mapping[str, Usage]) -> Shares:
    """Divide a bill among devices by what each used."""
    costs = _unit_costs(bill)
    shares = {device: rounded(costs.of(usage), SHARE_STEP) for device, usage in devices.items()}
    rest = rounded(costs.of(_rest_of(bill.usage, list(devices.values()))), SHARE_STEP)
    house = {
        charge.name: rounded(charge.house, SHARE_STEP) for charge in bill.charges if charge.house
    }
    shared = sum(shares.values(), ZERO) + rest + sum(house.values(), ZERO)
    return Shares(shares, rest, house, bill.total - shared)


@dataclass(frozen=True, slots=True)
class _UnitCosts:
    """Money per micro-watt-hour: of a band, of a slot, and of all energy alike."""

    by_band: Mapping[str, Fraction]
    by_slot: Sequence[Fraction]
    by_kwh: Fraction

    def of(self, usage: Usage) -> Fraction:
        bands = sum(
            (uwh * self.by_band.get(band, ZERO) for band, uwh in usage.band_uwh.items()), ZERO
        )
        slots = sum(
            (uwh * cost for uwh, cost in zip(usage.slot_uwh, self.by_slot, strict=False) if uwh),
            ZERO,
        )
        return bands + slots + usage.total_uwh * self.by_kwh


def _unit_costs(bill: PartBill) -> _UnitCosts:
    known = [charge for charge in bill.charges if charge.amount is not None]
    usage = bill.usage
    by_band = {
        band: _per_unit(_sum_of_band(known, band), uwh) for band, uwh in usage.band_uwh.items()
    }
    slots = [charge.by_slot for charge in known if charge.by_slot]
    by_slot = [
        _per_unit(sum((costs[n] for costs in slots), ZERO), uwh)
        for n, uwh in enumerate(usage.slot_uwh)
    ]
    by_kwh = _per_unit(sum((charge.by_kwh for charge in known), ZERO), usage.total_uwh)
    return _UnitCosts(by_band, by_slot, by_kwh)


def _sum_of_band(known: Sequence[Charge], band: str) -> Fraction:
    return sum((charge.by_band.get(band, ZERO) for charge in known), ZERO)


def _per_unit(amount: Fraction, uwh: int) -> Fraction:
    return amount / uwh if uwh else ZERO


def _rest_of(usage: Usage, used: Sequence[Usage]) -> Usage:
    return Usage(
        band_uwh={
            band: uwh - sum(each.band_uwh.get(band, 0) for each in used)
            for band, uwh in usage.band_uwh.items()
        },
        slot_uwh=[
            uwh - sum(each.slot_uwh[n] for each in used) for n, uwh in enumerate(usage.slot_uwh)
        ],
    )
