"""A house in euros: cents, VAT as a line of its own, and a month with a day of 25 hours."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.case_house import import_samples, wait_for, write_home
from testbed.victoria_metrics import VictoriaMetrics

START, END = "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"
OCTOBER = {"from": START, "to": END}
CONTRACT = {
    "kwh": {"round": "none"},
    "months": "start",
    "lines": [
        {"name": "standing", "kind": "basic", "amount": "0.6027", "per": "day"},
        {"name": "energy", "kind": "energy", "price": "0.2450"},
        {
            "name": "vat",
            "kind": "percent",
            "of": ["standing", "energy"],
            "percent": "19",
            "round": {"mode": "half_up", "to": "0.01"},
        },
    ],
    "total": {"round": "half_up", "to": "0.01"},
}


def device(name: str, watts: int) -> dict[str, Any]:
    segment = {"from": START, "to": END, "every_s": 300, "start_kwh": 1, "watts": watts}
    return {"device": name, "room": f"{name}_room", "source": "cloud", "segments": [segment]}


HOUSE = {
    "vendor": "switchbot",
    "source": "cloud",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "devices": [device("fridge", 100), device("server", 200)],
}


@pytest.fixture
def house(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> httpx.Client:
    """745 hours of 300 W: October has an hour twice."""
    write_home(home_file, HOUSE)
    import_samples(vm, HOUSE)
    api = open_bff(vm.url, now=lambda: datetime.fromisoformat("2026-11-10T12:00:00+01:00"))
    dates = {"dates": ["2026-10-01", "2026-11-01"], "day_of_month": None}
    api.put("/reading_dates", json=dates).raise_for_status()
    added = api.post("/contracts", json={"name": "Day rate", "document": CONTRACT})
    assert added.status_code == 201, added.text
    wait_for(api, "/cost", OCTOBER)
    return api


def test_a_bill_in_euros_has_its_vat_and_its_cents(house: httpx.Client) -> None:
    """18.6837 + 54.7575, 19 % of it rounded to the cent, and the sum to the cent."""
    bill = (
        house.get("/bills/2026-10", params={"marginal": "true"}).raise_for_status().json()["bill"]
    )
    assert (bill["currency"], bill["state"], bill["month"]) == ("EUR", "final", "2026-10")
    assert bill["billed_kwh"] == {"all": "223.5"}
    amounts = {line["name"]: line["amount"] for line in bill["lines"]}
    assert amounts == {"standing": "18.6837", "energy": "54.7575", "vat": "13.95"}
    assert bill["total"] == "87.39"
    shares = bill["shares"]
    costs = {each["device"]: Decimal(each["cost"]) for each in shares["devices"]}
    # Each kWh bears 24.5 cents and their VAT; the standing charge and its VAT stay with the house.
    assert abs(costs["server"] - Decimal(149) * Decimal("0.29155")) < Decimal("1E-6")
    assert abs(costs["server"] - 2 * costs["fridge"]) < Decimal("1E-6")
    lines = {each["name"]: Decimal(each["amount"]) for each in shares["house_lines"]}
    assert lines.keys() == {"standing", "vat"}
    rest = Decimal(shares["rest"]) + Decimal(shares["rounding"])
    assert sum(costs.values()) + sum(lines.values()) + rest == Decimal("87.39")
    marginals = {each["device"]: each["marginal"] for each in shares["devices"]}
    assert marginals == {"fridge": "21.71", "server": "43.43"}


def test_costs_by_contract_add_up_to_the_cents_of_the_bill(house: httpx.Client) -> None:
    """By room and by day, the day of 25 hours included."""
    question = OCTOBER | {"basis": "contract", "group_by": "room"}
    cost = house.get("/cost", params=question).raise_for_status().json()
    assert cost["currency"] == "EUR"
    [of_bill] = cost["contract"]["bills"]
    rows = sum(Decimal(row["figures"]["cost"]) for row in cost["rows"])
    lines = sum(Decimal(line["amount"]) for line in of_bill["house_lines"])
    assert rows + lines + Decimal(of_bill["rounding"]) == Decimal(of_bill["total"])
    assert of_bill["total"] == "87.39"
    days = house.get("/cost", params=OCTOBER | {"by": "day"}).raise_for_status().json()["rows"]
    assert [days[day]["figures"]["energy_kwh"] for day in (23, 24, 25)] == ["7.2", "7.5", "7.2"]


def test_a_price_in_euros_shows_its_effect_in_cents(house: httpx.Client) -> None:
    """A future price, on last month as if it had held."""
    price = {"price_per_kwh": "0.31", "valid_from": "2026-12-01T00:00:00+01:00"}
    trial = {"action": "add", "price": price}
    effect = house.post("/unit_prices/effect", json=trial).raise_for_status().json()
    last = effect["last_month_as_if"]
    assert (last["cost_before"], last["cost_after"], last["currency"]) == (None, "69.285", "EUR")
