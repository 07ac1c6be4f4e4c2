"""Bills and costs by contract of a house that buys, sells and generates, on the real vmsingle."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.case_house import import_samples, wait_for, write_home
from testbed.victoria_metrics import VictoriaMetrics

START, HALF, END = (f"2026-{day}T00:00:00+09:00" for day in ("05-11", "05-26", "06-10"))
PERIOD = {"from": START, "to": END}
BILL = "/bills/2026-05-11"
ROUNDED = {"kwh": {"round": "half_up"}, "total": {"round": "down"}}
BASIC = {"name": "basic", "kind": "basic", "amount": "1000"}
ENERGY = {"name": "energy", "kind": "energy", "price": "30"}
SOLD = {"name": "sold", "kind": "export", "price": "10"}


def device(name: str, watts: int, start: str = START, **more: object) -> dict[str, Any]:
    segment = {"from": start, "to": END, "every_s": 300, "start_kwh": 1, "watts": watts}
    return {
        "device": name,
        "room": f"{name}_room",
        "source": "cloud",
        "segments": [segment],
        **more,
    }


HOUSE = {
    "vendor": "switchbot",
    "source": "cloud",
    "zone": "Asia/Tokyo",
    "devices": [
        device("bought", 400, kind="grid_import"),
        device("given", 100, kind="grid_export"),
        device("solar", 300, kind="generation"),
        device("fridge", 60),
        device("server", 200, HALF),
    ],
}


@pytest.fixture
def house(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> httpx.Client:
    """The house without a contract, its meter read on 11 May and 10 June."""
    write_home(home_file, HOUSE)
    import_samples(vm, HOUSE)
    api = open_bff(vm.url)
    dates = {"dates": ["2026-05-11", "2026-06-10"], "day_of_month": None}
    api.put("/reading_dates", json=dates).raise_for_status()
    wait_for(api, "/cost", PERIOD)
    return api


def agree(api: httpx.Client, *lines: Mapping[str, object], **more: object) -> None:
    """Replace all contracts by one of these lines."""
    for row in api.get("/contracts").json():
        api.delete(f"/contracts/{row['id']}")
    document = ROUNDED | {"lines": lines} | more
    added = api.post("/contracts", json={"name": "contract", "document": document})
    assert added.status_code == 201, added.text


def bill_of(api: httpx.Client) -> dict[str, Any]:
    return api.get(BILL).raise_for_status().json()["bill"]


def cost_of(api: httpx.Client, **more: str) -> dict[str, Any]:
    question = PERIOD | {"basis": "contract"} | more
    return api.get("/cost", params=question).raise_for_status().json()


def costs_by(cost: dict[str, Any], level: str) -> dict[str, Decimal]:
    return {row["place"][level] or "rest": Decimal(row["figures"]["cost"]) for row in cost["rows"]}


def test_what_is_bought_is_shared_by_what_is_used(house: httpx.Client) -> None:
    """288 kWh bought for 432 used: 20 yen each, at every level and in every bucket, exactly."""
    agree(house, BASIC, ENERGY, SOLD)
    bill = bill_of(house)
    assert (bill["billed_kwh"], bill["total"]) == ({"all": "288"}, "8920")
    assert (bill["state"], bill["parts"][0]["rests_on"]) == ("final", "grid_import")
    shares = {each["device"]: each["cost"] for each in bill["shares"]["devices"]}
    assert shares == {"fridge": "864", "server": "1440"}
    assert (bill["shares"]["rest"], bill["shares"]["rounding"]) == ("6336", "0")
    house_lines = [{"name": "basic", "amount": "1000"}, {"name": "sold", "amount": "-720"}]
    assert bill["shares"]["house_lines"] == house_lines

    by_device = cost_of(house, group_by="device")
    assert costs_by(by_device, "device") == {
        "fridge": Decimal(864),
        "server": Decimal(1440),
        "rest": Decimal(6336),
    }
    assert by_device["contract"]["bills"] == [
        {
            "first_day": "2026-05-11",
            "end_day": "2026-06-10",
            "house_lines": house_lines,
            "rounding": "0",
            "total": "8920",
        }
    ]
    assert costs_by(cost_of(house, group_by="room"), "room")["server_room"] == 1440
    by_day = cost_of(house, by="day", device="server")
    of_days = [Decimal(row["figures"]["cost"] or 0) for row in by_day["rows"]]
    assert (of_days[0], of_days[-1], sum(of_days)) == (0, 96, 1440)
    assert by_day["contract"]["bills"] == []


def test_a_marginal_cost_is_what_would_not_have_been_billed(house: httpx.Client) -> None:
    """Of the fridge 43 of 288 kWh at the price of what is bought; the answer does not add up."""
    agree(house, BASIC, ENERGY)
    cost = cost_of(house, group_by="device", allocation="marginal")
    assert cost["contract"]["adds_up"] is False
    assert costs_by(cost, "device")["fridge"] == 1290
    by_bill = house.get(BILL, params={"marginal": "true"}).json()["bill"]["shares"]["devices"]
    assert {each["device"]: each["marginal"] for each in by_bill} == {
        "fridge": "1290",
        "server": "2160",
    }


def test_a_missing_month_is_named_and_makes_the_bill_provisional(house: httpx.Client) -> None:
    """Its line has no amount; once the rate is there the bill is final."""
    agree(house, ENERGY, {"name": "fuel", "kind": "per_kwh", "series": "fuel_adjustment"})
    bill = bill_of(house)
    assert (bill["state"], bill["reasons"]) == ("provisional", ["rate_missing"])
    assert bill["missing"] == ["fuel 2026-06"]
    assert [line["amount"] for line in bill["lines"]] == ["8640", None]
    house.put("/series/fuel_adjustment", json={"period": "month"}).raise_for_status()
    values = {"values": {"2026-06": "-1.5"}}
    house.put("/series/fuel_adjustment/values", json=values).raise_for_status()
    bill = bill_of(house)
    assert (bill["state"], bill["total"]) == ("final", "8208")


def test_what_is_sold_by_another_contract_is_a_statement_of_its_own(house: httpx.Client) -> None:
    """72 kWh at 10 yen, beside the bill and not in it."""
    agree(house, ENERGY)
    document = ROUNDED | {"lines": [SOLD]}
    house.post("/contracts", json={"name": "sold", "document": document}).raise_for_status()
    bills = house.get(BILL).json()
    assert bills["bill"]["total"] == "8640"
    assert (bills["sold"]["total"], bills["sold"]["lines"][0]["amount"]) == ("-720", "-720")
    assert bills["sold"]["billed_kwh"] == {"all": "72"}


def half_hours() -> list[str]:
    """The half-hours of the period."""
    return [
        f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:00+09:00"
        for month, days in ((5, range(11, 32)), (6, range(1, 10)))
        for day in days
        for hour in range(24)
        for minute in (0, 30)
    ]


def put_slots(api: httpx.Client, slots: list[str], price: str) -> None:
    """Set the market's price of slots."""
    for part in batched(slots, 500, strict=False):
        values = {"values": dict.fromkeys(part, price)}
        api.put("/series/market/values", json=values).raise_for_status()


def test_a_statement_has_a_price_for_each_slot(house: httpx.Client) -> None:
    """0.05 kWh in each half-hour: 1,392 at 10 yen; on the first day the price is below zero."""
    agree(house, ENERGY)
    document = ROUNDED | {"lines": [{"name": "sold", "kind": "export", "series": "market"}]}
    house.post("/contracts", json={"name": "sold", "document": document}).raise_for_status()
    house.put("/series/market", json={"period": "slot", "slot_minutes": 30}).raise_for_status()
    slots = half_hours()
    put_slots(house, slots[48:], "10")
    sold = house.get(BILL).json()["sold"]
    assert (sold["state"], sold["missing"]) == (
        "provisional",
        ["market: 48 slots without a price"],
    )
    put_slots(house, slots[:48], "-1")
    bills = house.get(BILL).json()
    assert (bills["sold"]["state"], bills["sold"]["lines"][0]["amount"]) == ("final", "-693.6")
    assert bills["bill"]["total"] == "8640"


def test_a_spot_contract_has_a_price_for_each_slot(house: httpx.Client) -> None:
    """10 yen / 0.9 * 1.1, cut to 0.01, and 3 yen: 15.22; a half-hour that is missing is counted."""
    spot = {
        "series": "market",
        "loss": "0.1",
        "tax": "1.1",
        "unit_round": {"mode": "down", "to": "0.01"},
        "fee": "3",
    }
    agree(house, {"name": "energy", "kind": "energy", "spot": spot})
    house.put("/series/market", json={"period": "slot", "slot_minutes": 30}).raise_for_status()
    slots = half_hours()
    put_slots(house, slots[1:], "10")
    bill = bill_of(house)
    assert bill["missing"] == ["market: 1 slots without a price"]
    house.put("/series/market/values", json={"values": {slots[0]: "20"}}).raise_for_status()
    bill = bill_of(house)
    assert (bill["state"], bill["total"]) == (
        "final",
        str(int(Decimal("15.22") * 288 + Decimal("2.444"))),
    )
    of_days = cost_of(house, by="day", device="fridge")["rows"]
    first, last = (Decimal(of_days[day]["figures"]["cost"]) for day in (0, -1))
    assert first > last


def test_a_contract_that_changes_inside_a_period_bills_two_parts(house: httpx.Client) -> None:
    """By days of the period; a year list has the same bill."""
    agree(house, BASIC | {"prorate": {"by": "period"}}, ENERGY)
    later = [BASIC | {"prorate": {"by": "period"}}, ENERGY | {"price": "40"}]
    document = ROUNDED | {"lines": later, "valid_from": "2026-05-26"}
    house.post("/contracts", json={"name": "new", "document": document}).raise_for_status()
    bill = bill_of(house)
    assert [part["total"] for part in bill["parts"]] == ["4820", "6260"]
    assert (bill["billed_kwh"], bill["total"]) == ({"all": "288"}, "11080")
    listed = house.get("/bills", params={"from": "2026-05-11", "to": "2026-06-10"}).json()
    assert [each["total"] for each in listed] == ["11080"]
    assert house.get("/bills/2026-06").json()["bill"]["first_day"] == "2026-05-11"
    assert house.get("/bills/2026-09").status_code == 404


def test_costs_by_two_lines_with_times_of_use_add_up_to_the_bill(house: httpx.Client) -> None:
    """At every level; by the hour each kWh bears the bands of both lines that hold then."""
    night = {"name": "night", "price": "21", "hours": ["00:00-06:00"]}
    peak = {"name": "peak", "price": "6", "hours": ["03:00-09:00"]}
    rest = {"name": "rest", "price": "30"}
    network = {"name": "network", "kind": "energy", "times": [peak, rest | {"price": "3"}]}
    energy = {"name": "energy", "kind": "energy", "times": [night, rest]}
    agree(house, BASIC, energy, network)
    bill = bill_of(house)
    assert bill["billed_kwh"] == {"night": "72", "rest": "216"}
    assert [line["amount"] for line in bill["lines"]] == ["1000", "7992", "1080"]
    by_device = costs_by(cost_of(house, group_by="device"), "device")
    assert by_device["fridge"] == Decimal("907.2")
    assert sum(by_device.values()) == 9072
    day = {"from": "2026-06-01T00:00:00+09:00", "to": "2026-06-02T00:00:00+09:00"}
    hours = cost_of(house, by="hour", device="fridge", **day)["rows"]
    # 0.06 kWh, two thirds of what is used is bought.
    costs = {hour: Decimal(hours[hour]["figures"]["cost"]) for hour in (0, 4, 8, 12)}
    assert costs == {
        0: Decimal("0.96"),
        4: Decimal("1.08"),
        8: Decimal("1.44"),
        12: Decimal("1.32"),
    }


def test_a_real_bill_beside_ours_shows_where_they_differ(house: httpx.Client) -> None:
    """Line by line; over two percent of the kWh are an event, which goes with the difference."""
    agree(house, BASIC, ENERGY)
    near = {"kwh": "290", "total": "9700", "lines": {"energy": "8700", "basic": "1000"}}
    house.put("/real_bills/2026-05-11", json=near).raise_for_status()
    [row] = house.get("/real_bills").json()
    assert (row["our_kwh"], row["our_total"]) == ("288", "9640")
    assert (row["kwh_difference"], row["difference"]) == ("-2", "-60")
    assert [line["difference"] for line in row["lines"]] == ["0", "-60"]
    assert row["is_drift"] is False
    assert house.get("/events").json()["events"] == []
    house.put("/real_bills/2026-05-11", json=near | {"kwh": "300"}).raise_for_status()
    assert house.get("/real_bills").json()[0]["is_drift"] is True
    [event] = house.get("/events").json()["events"]
    assert (event["kind"], event["state"], event["energy_kwh"]) == ("bill_drift", "notice", "-12")
    house.put("/real_bills/2026-05-11", json=near).raise_for_status()
    assert house.get("/events").json()["events"] == []


def test_another_contract_on_the_past_shows_the_difference_and_why(house: httpx.Client) -> None:
    """Bands and tiers of both; nothing is saved."""
    agree(house, BASIC, ENERGY)
    bands = [
        {"name": "night", "price": "20", "hours": ["00:00-06:00"]},
        {"name": "day", "tiers": [{"up_to": 100, "price": "40"}, {"price": "50"}]},
    ]
    document = ROUNDED | {"lines": [{"name": "energy", "kind": "energy", "times": bands}]}
    wanted = {"document": document, "from": "2026-05-11", "to": "2026-06-10"}
    tried = house.post("/contracts/what_if", json=wanted).raise_for_status().json()
    assert (tried["own_total"], tried["other_total"], tried["difference"]) == (
        "9640",
        "11240",
        "1600",
    )
    [period] = tried["periods"]
    assert period["other_why"]["band_shares"] == {"night": "0.25", "day": "0.75"}
    assert period["other_why"]["tier_shares"] == {"40": "0.3472", "50": "0.4028"}
    assert len(house.get("/contracts").json()) == 1


def test_a_budget_is_set_beside_what_its_month_costs(house: httpx.Client) -> None:
    """Of the house and of a device; undone by the history."""
    agree(house, BASIC, ENERGY)
    house.put("/budgets/2026-06", json={"amount": "9000"}).raise_for_status()
    of_device = {"device": "server"}
    house.put("/budgets/2026-06", params=of_device, json={"amount": "1500"}).raise_for_status()
    assert house.put("/budgets/2026-06?device=x", json={"amount": "1"}).status_code == 404
    shown = {row["device"]: (row["spent"], row["state"]) for row in house.get("/budgets").json()}
    assert shown == {None: ("9640", "over"), "server": ("1440", "within")}
    newest = house.get("/history").json()["revisions"][0]
    house.post(f"/history/{newest['id']}/undo").raise_for_status()
    assert [row["device"] for row in house.get("/budgets").json()] == [None]


def test_an_open_period_has_a_forecast(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The same watts go on: 288 kWh, the next tier when they pass it; a budget is warned of."""
    write_home(home_file, HOUSE)
    import_samples(vm, HOUSE)
    api = open_bff(vm.url, now=lambda: datetime.fromisoformat("2026-06-01T00:00:00+09:00"))
    dates = {"dates": ["2026-05-11", "2026-06-10"], "day_of_month": None}
    api.put("/reading_dates", json=dates).raise_for_status()
    tiers = [{"up_to": 250, "price": "30"}, {"price": "40"}]
    agree(api, BASIC, {"name": "energy", "kind": "energy", "tiers": tiers})
    api.put("/budgets/2026-06", json={"amount": "9500"}).raise_for_status()
    bill = wait_for(api, "/bills/current", {})["bill"]
    assert (bill["state"], bill["billed_kwh"]) == ("provisional", {"all": "202"})
    found = api.get("/bills/current/forecast").raise_for_status().json()["forecast"]
    assert found["so_far_kwh"] == "201.6"
    assert found["kwh"] == {"low": "288", "expected": "288", "high": "288"}
    assert found["total"]["expected"] == "10020"
    assert found["next_tier"] == {"from_kwh": "250", "price": "40", "on": "2026-06-06"}
    [budget] = api.get("/budgets").json()
    assert (budget["state"], budget["expected"]) == ("forecast_over", "10020")
    of_house = api.get("/notices").json()
    [notice] = [each for each in of_house["notices"] if each["code"].startswith("budget")]
    assert (notice["id"], notice["budget"]["expected"]) == ("budget_forecast", "10020")
    assert of_house["budgets"] == api.get("/budgets", params={"month": "2026-06"}).json()
    assert api.get("/budgets", params={"month": "2026-05"}).json() == []
    [contract] = api.get("/contracts").json()
    dearer = contract["document"] | {
        "lines": [BASIC | {"amount": "2000"}, *contract["document"]["lines"][1:]]
    }
    change = {"name": "contract", "document": dearer}
    trial = {"action": "change", "id": contract["id"], "contract": change}
    effect = api.post("/contracts/effect", json=trial).raise_for_status().json()
    assert before_and_after(effect["periods"]) == [("7060", "8060")]
    assert before_and_after([effect["forecast"]]) == [("10020", "11020")]
    assert api.get("/contracts").json() == [contract]


def before_and_after(periods: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(each["before"], each["after"]) for each in periods]


def test_a_contract_shows_each_bill_that_it_changes_before_it_is_saved(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """From its first day on, and last month as if it had held; refused as the change would be."""
    write_home(home_file, HOUSE)
    import_samples(vm, HOUSE)
    api = open_bff(vm.url, now=lambda: datetime.fromisoformat("2026-06-12T00:00:00+09:00"))
    dates = {"dates": ["2026-05-11", "2026-06-10"], "day_of_month": None}
    api.put("/reading_dates", json=dates).raise_for_status()
    agree(api, ENERGY)
    wait_for(api, "/cost", PERIOD)
    document = ROUNDED | {"lines": [ENERGY | {"price": "40"}], "valid_from": "2026-05-26"}
    trial = {"action": "add", "contract": {"name": "dearer", "document": document}}
    effect = api.post("/contracts/effect", json=trial).raise_for_status().json()
    assert before_and_after(effect["periods"]) == [("8640", "10080")]
    assert before_and_after([effect["last_period_as_if"]]) == [("8640", "11520")]
    [contract] = api.get("/contracts").json()
    delete = {"action": "delete", "id": contract["id"]}
    effect = api.post("/contracts/effect", json=delete).raise_for_status().json()
    assert before_and_after(effect["periods"]) == [("8640", None)]
    assert effect["last_period_as_if"] is None
    same = trial | {"contract": {"name": "other", "document": contract["document"]}}
    refused = api.post("/contracts/effect", json=same)
    assert refused.json()["type"] == "urn:ppms:contracts-overlap"
    assert api.post("/contracts/effect", json=delete | {"id": 99}).status_code == 404


def before_and_after_cost(effect: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    return effect["cost_before"], effect["cost_after"]


def test_a_price_shows_each_month_that_it_changes_before_it_is_saved(
    vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """600 W used since 11 May, dearer from the 21st; and last month as if it had always held."""
    write_home(home_file, HOUSE)
    import_samples(vm, HOUSE)
    api = open_bff(vm.url, now=lambda: datetime.fromisoformat("2026-06-01T00:00:00+09:00"))
    price = {"price_per_kwh": "20", "valid_from": "2026-01-01T00:00:00+09:00"}
    api.post("/unit_prices", json=price).raise_for_status()
    wait_for(api, "/cost", {"from": START, "to": "2026-06-01T00:00:00+09:00"})
    dearer = {"price_per_kwh": "30", "valid_from": "2026-05-21T00:00:00+09:00"}
    trial = {"action": "add", "price": dearer, "close_open_price": True}
    effect = api.post("/unit_prices/effect", json=trial).raise_for_status().json()
    [may] = effect["months"]
    assert (may["from"], may["cost_before"], may["cost_after"]) == (
        "2026-05-01T00:00:00+09:00",
        "6048",
        "7632",
    )
    assert effect["last_month_as_if"]["cost_after"] == "9072"
    # June is to come: 600 W go on.
    assert before_and_after_cost(effect["forecast"]) == ("8640", "12960")
    half_july = dearer | {"valid_from": "2026-07-16T00:00:00+09:00"}
    effect = api.post("/unit_prices/effect", json=trial | {"price": half_july}).json()
    assert effect["months"] == []
    assert effect["forecast"]["from"] == "2026-07-01T00:00:00+09:00"
    assert before_and_after_cost(effect["forecast"]) == ("8928", "11232")
    far = dearer | {"valid_from": "2027-01-01T00:00:00+09:00"}
    assert api.post("/unit_prices/effect", json=trial | {"price": far}).json()["forecast"] is None
    [kept] = api.get("/unit_prices").json()
    api.delete(f"/unit_prices/{kept['id']}").raise_for_status()
    of_file = [price | {"valid_to": dearer["valid_from"]}, dearer]
    trial = {"action": "import", "prices": of_file}
    effect = api.post("/unit_prices/effect", json=trial).raise_for_status().json()
    assert [before_and_after_cost(month) for month in effect["months"]] == [(None, "7632")]
    assert before_and_after_cost(effect["forecast"]) == (None, "12960")
    assert effect["last_month_as_if"] is None
    assert api.get("/unit_prices").json() == []
