"""Each device's average share of a bill, so that all shares add up to the bill exactly. Pure.

Within a part of a period every measured kWh of the same band costs the same. What no energy bears
stays with the house, line by line; what rounding leaves is a share of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bff.contracts.bill import PartBill
from bff.contracts.charges import ZERO, Charge, Usage
from bff.contracts.document import Rounding
from bff.contracts.rounding import rounded
from bff.energy import MONEY_EXPONENT, PRICE_EXPONENT
from energy_rules.quantities import UWH_PER_KWH

# House lines are decimals on the wire; what is cut off here is in the share of rounding.
HOUSE_STEP = Rounding.model_validate({"mode": "down", "to": "0.000001"})


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """What a kWh bears, in 10^-12 currency units: of a band, of a slot, and of all energy alike.

    They are cut to whole units, so that energy times price is an exact integer at every level.
    """

    by_band: Mapping[str, int]
    by_slot: Sequence[int]
    by_kwh: int

    def cost_e21(self, usage: Usage) -> int:
        """Return what energy bears, in 10^-21 currency units."""
        cost = sum(
            uwh * (self.by_band.get(band, 0) + self.by_kwh) for band, uwh in usage.band_uwh.items()
        )
        if usage.slot_uwh:
            pairs = zip(usage.slot_uwh, self.by_slot, strict=False)
            cost += sum(uwh * price for uwh, price in pairs if uwh)
        return cost

    def at(self, band: str, slot: int | None) -> int:
        """Return the price of a kWh of a band and a slot."""
        return self.by_band.get(band, 0) + self.by_kwh + (0 if slot is None else self.by_slot[slot])


@dataclass(frozen=True, slots=True)
class Shares:
    """A bill divided.

    Attributes:
        devices_e21: What each device bears, in 10^-21 currency units.
        rest_e21: What no device explains.
        house_lines: What no energy bears, by line.
        rounding: What is left of the total.
    """

    devices_e21: Mapping[str, int]
    rest_e21: int
    house_lines: Mapping[str, Fraction]
    rounding: Fraction


def average_shares(bill: PartBill, devices: Mapping[str, Usage], used: Usage) -> Shares:
    """Divide a bill among devices by what each used.

    Args:
        bill: The bill.
        devices: What each device used.
        used: What was used in the house: more than is billed where it also generates.
    """
    prices = unit_prices(bill, used)
    shares = {device: prices.cost_e21(usage) for device, usage in devices.items()}
    used_e21 = prices.cost_e21(used)
    house = house_lines(bill)
    shared = Fraction(used_e21, 10**MONEY_EXPONENT) + sum(house.values(), ZERO)
    return Shares(shares, used_e21 - sum(shares.values()), house, bill.total - shared)


def house_lines(bill: PartBill) -> dict[str, Fraction]:
    """Return what no energy bears, by line."""
    return {
        charge.name: rounded(charge.house, HOUSE_STEP) for charge in bill.charges if charge.house
    }


def unit_prices(bill: PartBill, used: Usage) -> UnitPrices:
    """Return what each kWh that was used bears."""
    known = [charge for charge in bill.charges if charge.amount is not None]
    slots = [charge.by_slot for charge in known if charge.by_slot]
    return UnitPrices(
        {band: _per_kwh(_sum_of_band(known, band), uwh) for band, uwh in used.band_uwh.items()},
        [
            _per_kwh(sum((costs[n] for costs in slots), ZERO), uwh)
            for n, uwh in enumerate(used.slot_uwh)
        ],
        _per_kwh(sum((charge.by_kwh for charge in known), ZERO), used.total_uwh),
    )


def _sum_of_band(known: Sequence[Charge], band: str) -> Fraction:
    return sum((charge.by_band.get(band, ZERO) for charge in known), ZERO)


def _per_kwh(amount: Fraction, uwh: int) -> int:
    return int(amount * 10**PRICE_EXPONENT * UWH_PER_KWH / uwh) if uwh > 0 else 0
