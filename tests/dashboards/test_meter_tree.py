"""The cases of tests/energy/{tree,own_tree}.yaml on the dashboards.

Grafana counts each watt-hour once, too.

A panel has no slots: it does not cut what is behind a meter to the time in which the meter was
measured. So the cases with silences, and one that moved, are not here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.energy_cases import FOLDER, Case, load_cases, parse_instant, points_of
from testbed.grafana import Panels, load_dashboards
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

ROOT = Path(__file__).parents[2]
BOARDS = {board.name: board for board in load_dashboards(ROOT / "k8s/grafana/dashboards")}
CASES = [
    case
    for case in load_cases((FOLDER / "tree.yaml", FOLDER / "own_tree.yaml"))
    if all(len(one["segments"]) == 1 and "moves" not in one for one in case["devices"])
    and "missing" not in case["expect"]
]

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    """A vmsingle for all cases: each is a house of its own."""
    with victoria_metrics(tmp_path_factory.mktemp("vm")) as started:
        yield started


def import_case(vm: VictoriaMetrics, case: Case) -> None:
    """What exporters expose of the devices of a case, and what the BFF does."""
    for device in case["devices"]:
        (segment,) = device["segments"]
        points = list(points_of(device))
        place = {"house": case["name"], "device": device["device"]}
        place |= {key: device[key] for key in ("room", "shelf")}
        for word, values in (
            ("energy_total_kwh", points),
            ("energy_exported_total_kwh", list(points_of(device, "exported_segments"))),
            ("power_watts", [(at, segment["watts"]) for at, _ in points]),
        ):
            name = {"__name__": f"{case['vendor']}_{word}", "source": "native"}
            if values:
                vm.import_samples(place | name, values)
        info = {"kind": device.get("kind", "load"), "upstream": device.get("upstream", "")}
        known = {key: value for key, value in info.items() if value}
        vm.import_samples(
            place | known | {"__name__": "home_device_info"}, [(at, 1) for at, _ in points]
        )


def by_device(case: Case) -> dict[str, float]:
    """The energy of every device by the case; where it is given by place, of all together."""
    expect = case["expect"]
    return expect.get("by_device_kwh") or expect["by_place_kwh"]


@pytest.mark.long
@each_case
def test_energy_and_power_are_own_shares(server: VictoriaMetrics, case: Case) -> None:
    """The total of energy and of watts, and the energy of each device."""
    import_case(server, case)
    start, end = (parse_instant(case["ask"][key]).timestamp() for key in ("from", "to"))
    # A bucket of a counter lies behind its first sample: the panel sees what is in the range.
    panels = Panels(server.url, end, round(end - start))
    queries = {
        (name, query.panel): query
        for name in ("home", "rough-cost")
        for query in BOARDS[name].queries()
    }
    chosen = BOARDS["rough-cost"].defaults() | {"house": case["name"], "price_per_kwh": "1"}
    total_kwh = sum(by_device(case).values())
    ((_, kwh),) = panels.ask(queries["home", "Energy in the range"], chosen)
    assert kwh == pytest.approx(total_kwh, rel=0.01)
    ((_, watts),) = panels.ask(queries["home", "Power now"], chosen)
    assert watts == pytest.approx(total_kwh * 3_600_000 / (end - start), rel=0.01)
    level = "device" if "by_device_kwh" in case["expect"] else "room"
    panel = f"Roughly, in $currency, by {level}"
    found = {
        labels[level]: value for labels, value in panels.ask(queries["rough-cost", panel], chosen)
    }
    assert found == pytest.approx(by_device(case), rel=0.01)


def test_the_cases_of_each_rule_are_there() -> None:
    """A filter that left out too much would go unnoticed."""
    assert len(CASES) == 7
