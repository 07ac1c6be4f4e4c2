"""Every case of tests/energy/{tree,own_tree}.yaml holds on the real vmsingle, over the HTTP API.

`TREE_CASES=file pytest -k tree_cases` runs the cases of another file, relative to the folder in
which pytest was started.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from testbed.case_house import import_samples, near, set_prices, wait_for, write_home
from testbed.energy_cases import FOLDER, Case, parametrize_cases
from testbed.victoria_metrics import VictoriaMetrics


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, by its name."""
    files = (FOLDER / "tree.yaml", FOLDER / "own_tree.yaml")
    parametrize_cases(metafunc, "TREE_CASES", files)


def fetch(api: httpx.Client, case: Case) -> dict[str, Case]:
    """What the API returns for a case: as it asks, by device, and the balance."""
    question = {key: str(value) for key, value in case["ask"].items() if key != "balance"}
    span = {key: question[key] for key in ("from", "to")}
    place = {key: question[key] for key in ("room", "shelf", "device") if key in question}
    return {
        "cost": wait_for(api, "/cost", question),
        "by_device": wait_for(api, "/cost", span | place | {"group_by": "device"}),
        "balance": wait_for(api, "/balance", span),
    }


def by_place(answer: Case, level: str) -> dict[str, Case]:
    """The figures of each row by the id of its place; those of the house itself are its rest."""
    return {row["place"][level] or "rest": row["figures"] for row in answer["rows"]}


def figures_of(answers: dict[str, Case]) -> dict[str, str | None]:
    """Every figure that a case may expect, by its word."""
    cost, balance = answers["cost"]["total"], answers["balance"]["total"]
    over = [Decimal(each["over_measured_kwh"]) for each in answers["cost"]["over_measured"]]
    of_cost = {word: cost[word] for word in ("energy_kwh", "estimated_kwh", "unpriced_kwh")}
    of_balance = {word: value for word, value in balance.items() if word.endswith("_kwh")}
    yen = {"cost_yen": cost["cost"], "bill_yen": balance["bill"]}
    return of_balance | of_cost | yen | {"over_measured_kwh": str(sum(over))}


def check(answers: dict[str, Case], case: Case) -> None:
    """Everything that the case expects; a word that is not known here is an error."""
    expect = dict(case["expect"])
    kwh = Decimal(str(expect.pop("tolerance_kwh", case["tolerance_kwh"])))
    yen = Decimal(str(expect.pop("tolerance_yen", case["tolerance_yen"])))
    figures, devices = figures_of(answers), by_place(answers["by_device"], "device")
    for word, value in expect.items():
        match word:
            case "by_device_kwh" | "through_kwh":
                figure = "energy_kwh" if word == "by_device_kwh" else word
                near_all({device: devices[device][figure] for device in value}, value, kwh)
            case "by_place_kwh":
                places = by_place(answers["cost"], case["ask"]["group_by"])
                near_all({at: row["energy_kwh"] for at, row in places.items()}, value, kwh)
            case "missing" | "unmeasured":
                assert [each["device"] for each in answers["cost"][word]] == value
            case _:
                near(figures[word], value, yen if word.endswith("_yen") else kwh)


def near_all(shown: Case, expected: Case, tolerance: Decimal) -> None:
    assert shown.keys() == expected.keys()
    for key, value in expected.items():
        near(shown[key], value, tolerance)


def test_case(
    case: Case, vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The BFF answers as expected, and what is used is the same in /cost and /balance."""
    write_home(home_file, case)
    import_samples(vm, case)
    api = open_bff(vm.url)
    set_prices(api, case.get("prices", []))
    answers = fetch(api, case)
    check(answers, case)
    total = answers["by_device"]["total"]
    rows = [row["figures"]["energy_kwh"] for row in answers["by_device"]["rows"]]
    assert sum(Decimal(row or 0) for row in rows) == Decimal(total["energy_kwh"] or 0)
    if not case["ask"].keys() & {"room", "shelf", "device"}:
        assert answers["balance"]["total"]["used_kwh"] == total["energy_kwh"]
