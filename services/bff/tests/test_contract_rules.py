"""Bills by the pure rules; the same cases go through HTTP in `test_tariff_cases.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bff.contracts.bands import Calendar, band_at, band_edges
from bff.contracts.bill import PartBill, part_bill, without
from bff.contracts.charges import ALL, Context, Usage, charged_kw
from bff.contracts.document import ContractDocument, Demand
from bff.contracts.holidays import public_holidays
from bff.contracts.period import BilledPart, month_name
from bff.contracts.rounding import decimal_text
from bff.contracts.shares import average_shares
from bff.energy import MONEY_EXPONENT
from energy_rules.quantities import UWH_PER_KWH

ROOT = Path(__file__).parents[3]
CASES = yaml.safe_load((ROOT / "tests/tariff/cases.yaml").read_text())
UNROUNDED_TOLERANCE = Fraction(5, 1000)


@dataclass(frozen=True)
class Load:
    """Constant watts over a time."""

    start: datetime
    end: datetime
    watts: Fraction

    def uwh(self, start: datetime, end: datetime) -> int:
        """Return the energy in [start, end)."""
        seconds = (min(end, self.end) - max(start, self.start)) // timedelta(seconds=1)
        return round(self.watts * max(0, seconds) * 1_000_000 / 3600)


def _loads(device: Mapping[str, Any]) -> list[Load]:
    return [
        Load(
            datetime.fromisoformat(segment["from"]),
            datetime.fromisoformat(segment["to"]),
            Fraction(str(segment["watts"])),
        )
        for segment in device["segments"]
    ]


def _usage(
    document: ContractDocument, calendar: Calendar, loads: list[Load], days: tuple[date, date]
) -> Usage:
    start, end = (datetime.combine(day, time(), calendar.zone).astimezone(UTC) for day in days)
    line = document.banded_line
    if line is None:
        return Usage({ALL: sum(load.uwh(start, end) for load in loads)})
    bands = dict.fromkeys((band.name for band in line.times or ()), 0)
    for first, last in pairwise([start, *band_edges(line, calendar, start, end), end]):
        band = band_at(line, calendar, first)
        assert band is not None
        bands[band.name] += sum(load.uwh(first, last) for load in loads)
    return Usage(bands)


def _bill(case: Mapping[str, Any], period: Mapping[str, Any]) -> tuple[PartBill, dict[str, Usage]]:
    document = ContractDocument.model_validate(CASES["contracts"][case["contract"]])
    zone = ZoneInfo(case.get("zone", "Asia/Tokyo"))
    calendar = Calendar(zone, public_holidays(zone), {})
    first, end = (date.fromisoformat(day) for day in period["days"])
    days = (first, end)
    part = BilledPart(
        *days,
        period_days=(days[1] - days[0]).days,
        is_cut=period.get("partial", False),
        month=month_name(*days, document.months),
    )
    by_device = {each["device"]: _loads(each) for each in case["devices"]}
    all_loads = [load for loads in by_device.values() for load in loads]
    metered = _loads(case["meter"]) if "meter" in case else all_loads
    usages = {name: _usage(document, calendar, own, days) for name, own in by_device.items()}
    return part_bill(document, _usage(document, calendar, metered, days), Context(part)), usages


@pytest.mark.parametrize(
    ("zone", "day", "is_holiday"),
    [
        ("Asia/Tokyo", date(2026, 5, 6), True),
        ("Asia/Tokyo", date(2026, 9, 22), True),
        ("Asia/Tokyo", date(2019, 5, 2), True),
        ("Japan", date(2026, 9, 22), True),
        ("Japan", date(2026, 9, 24), False),
        ("Europe/London", date(2026, 4, 6), True),
        ("GB", date(2026, 8, 31), True),
        ("US/Pacific", date(2026, 9, 7), True),
        ("Europe/Amsterdam", date(2026, 4, 27), True),
        ("Etc/GMT-9", date(2026, 5, 6), False),
        ("Australia/Melbourne", date(2026, 11, 3), True),
        ("Australia/Sydney", date(2026, 11, 3), False),
        ("America/Toronto", date(2026, 2, 16), True),
    ],
)
def test_public_holidays_are_those_of_the_zone_by_any_name(
    zone: str, day: date, *, is_holiday: bool
) -> None:
    """Substitute days, days between two holidays, and old names of zones."""
    assert public_holidays(ZoneInfo(zone))(day) is is_holiday


PERIODS = [
    pytest.param(case, period, id=f"{case['name']} {period['days'][0]}")
    for case in CASES["cases"]
    for period in case["periods"]
]


@pytest.mark.parametrize(("case", "period"), PERIODS)
def test_a_bill_comes_to_its_lines_and_total(
    case: Mapping[str, Any], period: Mapping[str, Any]
) -> None:
    """Billed kWh, every line and the total are those of the case."""
    bill, _ = _bill(case, period)
    expected = period["expect"]
    kwh = {band: decimal_text(value) for band, value in bill.kwh.items()}
    assert kwh == expected["billed_kwh"]
    amounts = {charge.name: charge.amount for charge in bill.charges}
    assert amounts.keys() == expected["lines"].keys()
    for name, text in expected["lines"].items():
        amount = amounts[name]
        assert amount is not None
        assert abs(amount - Fraction(text)) < UNROUNDED_TOLERANCE, name
    assert decimal_text(bill.total) == expected["total"]


@pytest.mark.parametrize(("case", "period"), PERIODS)
def test_average_shares_add_up_to_the_bill(
    case: Mapping[str, Any], period: Mapping[str, Any]
) -> None:
    """Devices, rest, lines of the house and rounding are the bill, exactly."""
    bill, usages = _bill(case, period)
    shares = average_shares(bill, usages, bill.usage)
    of_energy = [*shares.devices_e21.values(), shares.rest_e21]
    parts = [*map(money, of_energy), *shares.house_lines.values(), shares.rounding]
    assert sum(parts) == bill.total
    assert abs(shares.rounding) < 2 + len(bill.charges)


@pytest.mark.parametrize(
    ("more", "peaks_kw", "charged"),
    [
        ({}, ["1.2", "3.4", "0"], "3.4"),
        ({"kw_round": {"mode": "half_up"}}, ["3.4", "3.5"], "4"),
        ({"kw_round": {"mode": "up", "to": "0.5"}}, ["3.1"], "3.5"),
        ({"of": "mean_of_months", "min_kw": "2.5"}, ["0", "2.6", "4.2"], "3.1"),
        ({"of": "mean_of_months"}, ["0", "2.6", "4.2"], "2.266666666667"),
        ({"min_kw": "2.5"}, ["0.4"], "2.5"),
    ],
)
def test_a_demand_charges_the_highest_month_or_the_mean(
    more: dict[str, Any], peaks_kw: list[str], charged: str
) -> None:
    """Each month counts with the least that it is charged; rounded in the end."""
    demand = Demand.model_validate({"window_months": 3, "slot_minutes": 15, "price": "1"} | more)
    kw = charged_kw(demand, [Fraction(peak) for peak in peaks_kw])
    assert kw is not None
    assert decimal_text(kw) == charged


def test_a_demand_without_any_measured_month_is_unknown() -> None:
    """It is not the least that a month is charged."""
    demand = {"window_months": 3, "slot_minutes": 15, "price": "1", "min_kw": "2.5"}
    assert charged_kw(Demand.model_validate(demand), []) is None


def test_every_field_of_a_contract_is_documented() -> None:
    """By its name, in docs/contracts.md."""
    words = set(re.findall(r"[a-z_]+", (ROOT / "docs/contracts.md").read_text("utf-8")))
    schemas = ContractDocument.model_json_schema()["$defs"].values()
    names = {name for schema in schemas for name in schema.get("properties", {})}
    assert names | ContractDocument.model_fields.keys() <= words


def money(e21: int) -> Fraction:
    return Fraction(e21, 10**MONEY_EXPONENT)


def test_a_share_follows_the_energy_of_a_device() -> None:
    """The fridge's 43.2 kWh of 349.992 bear as much of energy, fuel and levy."""
    case = next(each for each in CASES["cases"] if "meter" in each)
    bill, usages = _bill(case, case["periods"][0])
    used = Fraction(usages["fridge"].total_uwh, UWH_PER_KWH)
    assert used == Fraction("43.2")
    shared = sum(charge.exact for charge in bill.charges if charge.name != "basic")
    exact = shared * usages["fridge"].total_uwh / bill.usage.total_uwh
    share = money(average_shares(bill, usages, bill.usage).devices_e21["fridge"])
    assert 0 <= exact - share < Fraction(1, 10**6)


def test_the_marginal_cost_is_what_the_last_tier_takes() -> None:
    """Without the fridge 43 kWh of the upper tiers, of fuel and of levy would not be charged."""
    case = next(each for each in CASES["cases"] if "meter" in each)
    bill, usages = _bill(case, case["periods"][0])
    saved = without(bill, usages["fridge"])
    assert saved > money(average_shares(bill, usages, bill.usage).devices_e21["fridge"])
    assert without(bill, Usage({ALL: 0})) == 0
