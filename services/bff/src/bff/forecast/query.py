"""The bill of the open reading period as it is expected to come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np

from bff.bills.energy import HouseEnergy, Metered, fetch_house_energy
from bff.bills.query import MAX_MISSING_SHARE, MeasuredPart, PeriodBill
from bff.contracts.bill import PartBill, part_bill
from bff.contracts.charges import Usage
from bff.contracts.document import Tier
from bff.contracts.period import length_to_prorate
from bff.energy import Integers
from bff.forecast.profile import Expected, expect_hours
from bff.register.register import Register
from bff.services import Services
from bff.time_grid import DAY_MS, HOUR_MILLISECONDS, in_zone, unix_milliseconds
from energy_rules.quantities import UWH_PER_KWH

PAST_DAYS = 28


@dataclass(frozen=True, slots=True)
class NextTier:
    """Where the next price begins, and when that is expected."""

    from_kwh: Fraction
    price: Fraction
    on: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Low, expected and high figures of an open period.

    Attributes:
        so_far_uwh: Measured until now.
        uwh: Of the whole period.
        totals: What the bill comes to with each.
        device_uwh: What each device is expected to use in the whole period.
    """

    so_far_uwh: int
    uwh: tuple[int, int, int]
    totals: tuple[Fraction, Fraction, Fraction]
    next_tier: NextTier | None
    device_uwh: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PastHours:
    """The hours of the last weeks, and the first one to come."""

    first_ms: int
    energy: HouseEnergy


def fetch_forecast(services: Services, register: Register, bill: PeriodBill) -> Forecast | None:
    """Return what an open period comes to; None with less than three days of data.

    Args:
        services: The parts of the BFF.
        register: The devices.
        bill: The bill so far.
    """
    part = bill.parts[-1] if bill.parts else None
    if part is None or part.bill is None or part.meter is None or not bill.is_open:
        return None
    past = fetch_past(services, register)
    hours = max(0, -((past.first_ms - part.layout.edges[-1]) // HOUR_MILLISECONDS))
    metered = past.energy.by_meter[part.meter]
    expected = expect_metered(past, metered, hours)
    if expected is None:
        return None
    before = sum((each.bill.total for each in bill.parts[:-1] if each.bill), Fraction())
    so_far_uwh = part.bill.usage.total_uwh
    low_uwh = max(0, expected.total_uwh - expected.deviation_uwh)
    sums = (low_uwh, expected.total_uwh, expected.total_uwh + expected.deviation_uwh)
    low, middle, high = (_bill_with(part, part.bill, past, expected, uwh) for uwh in sums)
    totals = sorted(before + each.total for each in (low, middle, high))
    measured_uwh = so_far_uwh + sum(
        each.bill.usage.total_uwh for each in bill.parts[:-1] if each.bill
    )
    return Forecast(
        measured_uwh,
        (measured_uwh + sums[0], measured_uwh + sums[1], measured_uwh + sums[2]),
        (totals[0], totals[1], totals[2]),
        _next_tier(part.bill, past, expected, register),
        {
            name: _device_uwh(bill, past, name, uwh, hours)
            for name, uwh in past.energy.devices.items()
        },
    )


def fetch_past(services: Services, register: Register) -> PastHours:
    """Fetch the hours that a forecast rests on."""
    now_ms = unix_milliseconds(services.now())
    first_ms = now_ms // HOUR_MILLISECONDS * HOUR_MILLISECONDS
    edges = list(range(first_ms - PAST_DAYS * DAY_MS, first_ms + 1, HOUR_MILLISECONDS))
    return PastHours(first_ms, fetch_house_energy(services.energy_between, register.entries, edges))


def expect_metered(past: PastHours, metered: Metered, hours: int) -> Expected | None:
    """Return the energy of hours to come by one way of measuring the house.

    None with less than three days of data.
    """
    known_ms, missing_ms = metered.known_ms, metered.missing_ms
    known = (known_ms > 0) & (missing_ms <= float(MAX_MISSING_SHARE) * (known_ms + missing_ms))
    return expect_hours(metered.uwh, known, past.first_ms // HOUR_MILLISECONDS, hours)


def _bill_with(
    part: MeasuredPart, bill: PartBill, past: PastHours, expected: Expected, uwh: int
) -> PartBill:
    """Return the bill with the hours to come, scaled to a sum."""
    scale = Fraction(uwh, expected.total_uwh) if expected.total_uwh else Fraction()
    added = np.zeros(len(part.layout.bands), dtype=np.int64)
    starts = past.first_ms + HOUR_MILLISECONDS * np.arange(len(expected.uwh))
    interval = np.searchsorted(part.layout.edges, starts, side="right") - 1
    scaled = (expected.uwh * float(scale)).round().astype(np.int64)
    np.add.at(added, np.clip(interval, 0, len(added) - 1), scaled)
    more = part.layout.usage(added)
    usage = Usage(
        {band: had + more.band_uwh.get(band, 0) for band, had in bill.usage.band_uwh.items()},
        [had + new for had, new in zip(bill.usage.slot_uwh, more.slot_uwh, strict=True)],
        bill.usage.export_uwh,
        bill.usage.export_slot_uwh,
    )
    return part_bill(bill.document, usage, bill.context)


def _next_tier(
    bill: PartBill, past: PastHours, expected: Expected, register: Register
) -> NextTier | None:
    line = next((line for line in bill.document.energy_lines if line.tiers), None)
    if line is None:
        return None
    so_far_uwh = bill.usage.total_uwh
    length = length_to_prorate(line.tiers_per, line.prorate, bill.context.part)
    found = _tier_after(line.tiers or (), length, so_far_uwh)
    if found is None:
        return None
    from_kwh, price = found
    reached = so_far_uwh + np.cumsum(expected.uwh)
    beyond = np.flatnonzero(reached > int(from_kwh * UWH_PER_KWH))
    on = None
    if len(beyond):
        at_ms = past.first_ms + HOUR_MILLISECONDS * int(beyond[0])
        on = in_zone(at_ms, register.home.zone).date()
    return NextTier(from_kwh, price, on)


def _tier_after(
    tiers: Sequence[Tier], length: Fraction, uwh: int
) -> tuple[Fraction, Fraction] | None:
    for tier, following in pairwise(tiers):
        if tier.up_to is not None and uwh < Fraction(tier.up_to) * length * UWH_PER_KWH:
            return Fraction(tier.up_to) * length, Fraction(following.price)
    return None


def _device_uwh(bill: PeriodBill, past: PastHours, name: str, uwh: Integers, hours: int) -> int:
    """Return what a device used in the period and is expected to use."""
    so_far = sum(int(each.energy.devices[name][each.columns].sum()) for each in bill.parts)
    known = np.ones(len(uwh), dtype=bool)
    expected = expect_hours(uwh, known, past.first_ms // HOUR_MILLISECONDS, hours)
    return so_far + (expected.total_uwh if expected else 0)
