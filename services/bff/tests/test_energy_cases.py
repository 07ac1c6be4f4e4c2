"""Every case of tests/energy holds on the real vmsingle, asked over the BFF's HTTP API.

`ENERGY_CASES=file pytest -k energy_cases` runs the cases of another file, relative to the folder
in which pytest was started.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from testbed.case_house import import_samples, near, set_prices, wait_for, write_home
from testbed.energy_cases import FILES, Case, devices_of, parametrize_cases, parse_instant
from testbed.victoria_metrics import VictoriaMetrics


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, by its name."""
    parametrize_cases(metafunc, "ENERGY_CASES", FILES)


def ask(api: httpx.Client, case: Case) -> Case:
    """The answer, once the ledger has built what it is asked for."""
    return wait_for(api, "/cost", {key: str(value) for key, value in case["ask"].items()})


def check(answer: Case, case: Case, expect: Case) -> None:
    """Everything that the case expects; a word that is not known here is an error."""
    kwh = Decimal(str(expect.pop("tolerance_kwh", case["tolerance_kwh"])))
    yen = Decimal(str(expect.pop("tolerance_yen", case["tolerance_yen"])))
    total, rows = answer["total"], answer["rows"]
    of_rows = [row["figures"]["energy_kwh"] for row in rows]
    for word, value in expect.items():
        match word:
            case "energy_kwh" | "estimated_kwh" | "unpriced_kwh":
                near(total[word], value, kwh)
            case "cost_yen":
                near(total["cost"], value, yen)
            case "missing_seconds" | "estimated_seconds" | "measured_seconds":
                assert total["coverage"][word] == pytest.approx(value, abs=1)
            case "count":
                assert len(rows) == value
            case "each":
                near_all(of_rows, [value] * len(rows), kwh)
            case "by":
                near_all(of_rows, value, kwh)
            case "by_place":
                costs = {row["place"]["shelf"]: row["figures"]["cost"] for row in rows}
                assert costs.keys() == value.keys()
                near_all(list(costs.values()), [value[shelf] for shelf in costs], yen)
            case "unpriced":
                spans = [
                    (parse_instant(span["from"]), parse_instant(span["to"]))
                    for span in total["unpriced"]
                ]
                assert spans == [(parse_instant(start), parse_instant(end)) for start, end in value]
            case _:
                pytest.fail(f"this runner cannot check what '{word}' expects")


def near_all(actual: list[str | None], expected: list[float | None], tolerance: Decimal) -> None:
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        near(one, other, tolerance)


def test_case(
    case: Case, vm: VictoriaMetrics, home_file: Path, open_bff: Callable[..., httpx.Client]
) -> None:
    """The BFF answers as expected, also after late samples and after corrected prices."""
    write_home(home_file, case)
    import_samples(vm, case)
    api = open_bff(vm.url)
    set_prices(api, case.get("prices", []))
    check(ask(api, case), case, dict(case["expect"]))
    if any("later" in source for device in devices_of(case) for source in device["sources"]):
        import_samples(vm, case, "later")
        api.post("/ledger/rebuild", json={}).raise_for_status()
    if "then_prices" in case:
        set_prices(api, case["then_prices"])
    if "then_expect" in case:
        check(ask(api, case), case, dict(case["then_expect"]))
