"""Orders of rounding, proration and discounts by the pure rules, each against sums made by hand."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
import yaml

from bff.contracts.bill import PartBill, part_bill
from bff.contracts.charges import ALL, Context, Usage
from bff.contracts.document import ContractDocument
from bff.contracts.period import BilledPart, month_name
from energy_rules.quantities import UWH_PER_KWH

FOLDER = Path(__file__).parents[3] / "tests" / "tariff"
CASES, KINDS = (
    yaml.safe_load((FOLDER / name).read_text())["contracts"]
    for name in ("cases.yaml", "kinds.yaml")
)
JUNE = "2026-06-01", "2026-07-01"
ALL_KWH = range(1201)


def bill(
    document: ContractDocument,
    kwh: Mapping[str, str] | float,
    days: tuple[str, str] = JUNE,
    *,
    is_cut: bool = False,
    sold_kwh: str = "0",
) -> PartBill:
    """The bill of so many kWh, by band where there are some."""
    first, end = (date.fromisoformat(day) for day in days)
    part = BilledPart(
        first,
        end,
        period_days=(end - first).days,
        is_cut=is_cut,
        month=month_name(first, end, document.months),
    )
    by_band = kwh if isinstance(kwh, Mapping) else {ALL: str(kwh)}
    uwh = {band: int(Fraction(each) * UWH_PER_KWH) for band, each in by_band.items()}
    sold_uwh = int(Fraction(sold_kwh) * UWH_PER_KWH)
    return part_bill(document, Usage(uwh, export_uwh=sold_uwh), Context(part))


def amounts(of_bill: PartBill) -> dict[str, Fraction | None]:
    return {charge.name: charge.amount for charge in of_bill.charges}


def contract(
    lines: str, kwh: str = "{round: half_up}", total: str = "{round: down}"
) -> ContractDocument:
    document = {"kwh": yaml.safe_load(kwh), "total": yaml.safe_load(total)}
    return ContractDocument.model_validate(document | {"lines": yaml.safe_load(lines)})


def test_a_levy_cut_before_the_sum_changes_half_of_the_bills() -> None:
    """585 of 1,201 bills of 40 A are a yen off where only the sum is cut."""
    document = ContractDocument.model_validate(CASES["lighting_b_40a"])
    differ = 0
    for kwh in ALL_KWH:
        ours = bill(document, kwh, ("2026-05-11", "2026-06-10"))
        cut_once = floor(sum((charge.exact for charge in ours.charges), Fraction()))
        assert 0 <= cut_once - ours.total <= 1
        differ += cut_once != ours.total
    assert differ == 585


def test_the_first_kwh_are_charged_whole_in_few_bills() -> None:
    """Against kWh times price 84 of 1,201 bills of Kansai differ, by 93 yen at 0 kWh."""
    lines = KINDS["kansai_a"]["lines"]
    plain = [{key: line[key] for key in line if key != "first"} for line in lines]
    whole, by_kwh = (
        ContractDocument.model_validate(KINDS["kansai_a"] | {"lines": each})
        for each in (lines, plain)
    )
    days = ("2025-05-16", "2025-06-15")
    differ = [bill(whole, kwh, days).total - bill(by_kwh, kwh, days).total for kwh in ALL_KWH]
    assert sum(each != 0 for each in differ) == 84
    assert max(differ) == differ[0] == 93


def test_a_floor_counts_a_fuel_adjustment_below_zero() -> None:
    """3 kWh cost less than nothing; the floor makes up for it, and the levy comes on top."""
    document = contract("""
        - {name: basic, kind: basic, amount: "316.24", zero_usage: "0.5"}
        - {name: energy, kind: energy, price: "5"}
        - {name: fuel, kind: per_kwh, price: "-7"}
        - {name: least, kind: floor, of: [basic, energy, fuel], amount: "335.34"}
        - {name: levy, kind: per_kwh, price: "3.98", round: {mode: down}}
    """)
    found = bill(document, 3)
    assert amounts(found)["least"] == Fraction("335.34") - (Fraction("316.24") + 15 - 21)
    assert found.total == 335 + 11
    nothing = bill(document, 0)
    assert amounts(nothing)["least"] == Fraction("335.34") - Fraction("158.12")
    assert nothing.total == 335


def test_percents_before_and_after_tax_rest_on_rounded_lines() -> None:
    """33.5 kWh are 34: 3 % off 2,020 is cut to 60, the tax of 1,960 is 196; half is exact."""
    document = contract("""
        - {name: basic, kind: basic, amount: "1000"}
        - {name: energy, kind: energy, price: "30"}
        - {name: discount, kind: percent, of: [basic, energy], percent: "-3", round: {mode: down}}
        - {name: tax, kind: percent, of: [basic, energy, discount], percent: "10"}
        - {name: back, kind: percent, of: [tax, discount], percent: "-50"}
    """)
    found = bill(document, {ALL: "33.5"})
    assert amounts(found) == {
        "basic": 1000,
        "energy": 34 * 30,
        "discount": -60,
        "tax": 196,
        "back": Fraction(-136, 2),
    }
    assert found.total == 1000 + 1020 - 60 + 196 - 68


def test_tiers_of_a_band_are_prorated_by_the_days_of_february() -> None:
    """Half of it: 90 and 140 kWh become 45 and 70; the night has no tiers."""
    document = contract("""
        - name: energy
          kind: energy
          prorate: {by: calendar, thresholds: {round: half_up}}
          times:
            - {name: night, price: "10", hours: ["23:00-07:00"]}
            - name: day
              tiers: [{up_to: 90, price: "20"}, {up_to: 230, price: "30"}, {price: "40"}]
    """)
    used = {"night": "10.5", "day": "200"}
    half = bill(document, used, ("2026-02-01", "2026-02-15"), is_cut=True)
    assert half.total == 11 * 10 + 45 * 20 + 70 * 30 + 85 * 40
    assert bill(document, used).total == 11 * 10 + 90 * 20 + 110 * 30


@pytest.mark.parametrize(
    ("days", "share"),
    [
        (("2026-02-05", "2026-02-28"), Fraction(23, 28)),
        (("2026-02-05", "2026-03-01"), Fraction(1)),
        (("2026-02-05", "2026-03-09"), Fraction(1)),
        (("2026-02-05", "2026-03-10"), Fraction(33, 28)),
        (("2024-02-05", "2024-02-29"), Fraction(24, 29)),
        (("2026-04-05", "2026-04-30"), Fraction(25, 30)),
        (("2026-05-05", "2026-05-31"), Fraction(26, 31)),
        (("2026-05-05", "2026-06-09"), Fraction(1)),
        (("2026-05-05", "2026-06-10"), Fraction(36, 31)),
    ],
)
def test_a_shifted_reading_is_prorated_from_five_days_on(
    days: tuple[str, str], share: Fraction
) -> None:
    """Of 31 days 26 and 36, of 30 days 25, of February 23 and 33, of its leap years 24."""
    document = contract("""
        - name: basic
          kind: basic
          amount: "1000"
          prorate:
            when: {shorter: 5, longer: 5}
            by: calendar
            amount_round: {mode: down, to: "0.01"}
    """)
    assert amounts(bill(document, 100, days))["basic"] == Fraction(floor(1000 * share * 100), 100)


def test_a_pack_is_paid_whole_and_its_rates_are_of_all_kwh() -> None:
    """120 kWh for 4,000, used or not; above that 35 each; a rate with `first` is whole, too."""
    document = contract("""
        - {name: pack, kind: minimum, amount: "4000", kwh: 120}
        - {name: energy, kind: energy, price: "35"}
        - {name: fuel, kind: per_kwh, price: "-2"}
        - {name: levy, kind: per_kwh, price: "4.18", first: {kwh: 120}, round: {mode: down}}
    """)
    assert bill(document, 100).total == 4000 - 200 + floor(120 * Fraction("4.18"))
    assert bill(document, 150).total == 4000 + 30 * 35 - 300 + floor(150 * Fraction("4.18"))


def test_what_is_sold_is_rounded_like_what_is_bought() -> None:
    """33.39 kWh are 33.3 at a tenth, and the credit is rounded by its line."""
    document = contract(
        """
        - {name: energy, kind: energy, price: "0.3"}
        - {name: sold, kind: export, price: "0.0821", round: {mode: half_up, to: "0.01"}}
        """,
        '{round: down, to: "0.1"}',
        '{round: half_up, to: "0.01"}',
    )
    found = bill(document, {ALL: "10.09"}, sold_kwh="33.39")
    assert Fraction("33.3") * Fraction("0.0821") == Fraction("2.73393")
    assert amounts(found) == {"energy": 3, "sold": Fraction("-2.73")}
