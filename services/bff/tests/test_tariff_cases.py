"""Every case of tests/tariff comes to its bill on the real vmsingle, asked over the BFF's HTTP API.

`TARIFF_CASES=file pytest -k tariff_cases` runs the cases of another file, relative to the folder in
which pytest was started.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from testbed.case_house import import_samples, near, wait_for, write_home
from testbed.energy_cases import Case, parametrize_cases, parse_instant
from testbed.victoria_metrics import VictoriaMetrics

FOLDER = Path(__file__).parents[3] / "tests" / "tariff"
FILES = (FOLDER / "cases.yaml", FOLDER / "kinds.yaml")
UNROUNDED_TOLERANCE = Decimal("0.005")
HOUSE_METER = "house_meter"
# A circuit of any size: what is drawn here decides on bills, not on what a plug can carry.
MAX_POWER_WATTS = 1_000_000
BEFORE_IT_BEGAN = timedelta(days=15)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, by its name."""
    parametrize_cases(metafunc, "TARIFF_CASES", FILES)


def house_of(case: Case) -> Case:
    """The devices of a case, and its house meter where it has one, as a house of counters."""
    devices = [counter(device) for device in case["devices"]]
    if "meter" in case:
        devices.append(counter(case["meter"] | {"device": HOUSE_METER, "house_meter": True}))
    zone = case.get("zone", "Asia/Tokyo")
    return {"vendor": "switchbot", "source": "cloud", "zone": zone, "devices": devices}


def counter(device: Case) -> Case:
    """A device with the counter that its watts make; one segment goes on where the last ended."""
    segments, kwh = [], 1.0
    for segment in device["segments"]:
        filled = {"every_s": 300, "start_kwh": kwh} | segment
        filled["watts"] = float(filled["watts"])
        lasts = _hours(filled)
        kwh = filled["start_kwh"] + filled["watts"] / 1000 * lasts
        segments.append(filled)
    return device | {"source": "cloud", "segments": segments, "max_power_watts": MAX_POWER_WATTS}


def _hours(segment: Case) -> float:
    start, end = (parse_instant(segment[edge]) for edge in ("from", "to"))
    return (end - start) / timedelta(hours=1)


def set_contracts(api: httpx.Client, case: Case) -> None:
    """Read the meter on the days of the case, and agree on its contracts."""
    periods = [[date.fromisoformat(day) for day in each["days"]] for each in case["periods"]]
    days = {day for period in periods for day in period}
    names = case["contract"] if isinstance(case["contract"], list) else [case["contract"]]
    contracts = [{"name": name, "document": case["contracts"][name]} for name in names]
    if case["periods"][0].get("partial"):
        # The period before began while there was no contract yet.
        first_day = min(days)
        days = days - {first_day} | {first_day - BEFORE_IT_BEGAN}
        begun = {"valid_from": first_day.isoformat()}
        contracts[0] = contracts[0] | {"document": contracts[0]["document"] | begun}
    dates = [day.isoformat() for day in sorted(days)]
    put(api, "/reading_dates", {"dates": dates, "day_of_month": None})
    for name, series in case.get("series", {}).items():
        put(api, f"/series/{name}", {key: series[key] for key in series if key != "values"})
        put(api, f"/series/{name}/values", {"values": series["values"]})
    for contract in contracts:
        answer = api.post("/contracts", json=contract)
        assert answer.status_code == 201, answer.text


def put(api: httpx.Client, path: str, body: Case) -> None:
    answer = api.put(path, json=body)
    assert answer.status_code == 200, answer.text


def fetch_bill(api: httpx.Client, period: Case) -> Case:
    """The bill of a period, or its statement where all is sold, once the ledger has its energy."""
    first_day = date.fromisoformat(period["days"][0])
    if period.get("partial"):
        first_day -= BEFORE_IT_BEGAN
    bills = wait_for(api, f"/bills/{first_day.isoformat()}", {"marginal": "true"})
    is_bought = bills["bill"]["parts"] or bills["sold"] is None
    return bills["bill"] if is_bought else bills["sold"]


def check(bill: Case, period: Case) -> None:
    """Everything that the period expects; a word that is not known here is an error."""
    for word, value in period["expect"].items():
        match word:
            case "billed_kwh":
                assert decimals(bill["billed_kwh"]) == decimals(value)
            case "lines":
                amounts = {line["name"]: line["amount"] for line in bill["lines"]}
                assert amounts.keys() == value.keys()
                for name, amount in value.items():
                    near(amounts[name], amount, UNROUNDED_TOLERANCE)
            case "total":
                assert decimal(bill["total"]) == decimal(value)
            case "state" | "missing":
                assert bill[word] == value
            case _:
                pytest.fail(f"this runner cannot check what '{word}' expects")


def check_shares(bill: Case, period: Case) -> None:
    """What the period expects of shares; they always add up to the bill exactly.

    A statement of what is sold has none.
    """
    if bill["statement"] == "export":
        return
    kwh, costs = shares_of(bill)
    if bill["total"] is not None:
        assert sum(costs.values()) == Decimal(bill["total"])
    if "add_up" in period:
        assert set(period["add_up"]) == set(costs)
    for device, value in period.get("shares_kwh", {}).items():
        near(str(kwh[device]), value, UNROUNDED_TOLERANCE)
    for device, value in period.get("shares", {}).items():
        near(str(costs[device]), value, UNROUNDED_TOLERANCE)
    marginals = {each["device"]: each["marginal"] for each in bill["shares"]["devices"]}
    for device, value in period.get("marginals", {}).items():
        near(marginals[device], value, UNROUNDED_TOLERANCE)


def shares_of(bill: Case) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """The kWh and the money of every share by its name."""
    shares = bill["shares"]
    kwh = {each["device"]: Decimal(each["kwh"]) for each in shares["devices"]}
    costs = {each["device"]: Decimal(each["cost"]) for each in shares["devices"]}
    costs |= {each["name"]: Decimal(each["amount"]) for each in shares["house_lines"]}
    costs |= {"rest": Decimal(shares["rest"]), "rounding": Decimal(shares["rounding"])}
    return kwh | {"rest": Decimal(shares["rest_kwh"])}, costs


def decimals(values: Case) -> dict[str, Decimal | None]:
    return {key: decimal(value) for key, value in values.items()}


def decimal(value: str | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def test_case(
    case: Case, vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The BFF's bills have the case's kWh, lines and totals, and each is divided exactly."""
    house = house_of(case)
    write_home(home_file, house)
    import_samples(vm, house)
    api = open_bff(vm.url)
    set_contracts(api, case)
    for period in case["periods"]:
        bill = fetch_bill(api, period)
        check(bill, period)
        check_shares(bill, period)
