"""Every query of every dashboard, run as Grafana runs it against the real VictoriaMetrics."""

import math
from pathlib import Path

import pytest

from home_model.config import Home
from home_model.load import load_home
from testbed.grafana import Dashboard, Panels, Query, load_dashboards

ROOT = Path(__file__).parents[2]
DASHBOARDS = load_dashboards(ROOT / "k8s/grafana/dashboards")
QUERIES = [(board, query) for board in DASHBOARDS for query in board.queries()]
OF_DEVICES = [(board, query) for board, query in QUERIES if "$device" in query.expr]
TWICE_READ = "twice_read"

each_query = pytest.mark.parametrize(("board", "query"), QUERIES, ids=str)
each_device_query = pytest.mark.parametrize(("board", "query"), OF_DEVICES, ids=str)
each_dashboard = pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)


@pytest.fixture(scope="session")
def home() -> Home:
    """The house that is scraped."""
    return load_home(ROOT / "config/virtual-home.yaml")


@each_query
def test_every_query_returns_data(panels: Panels, board: Dashboard, query: Query) -> None:
    """Nothing chosen, as when a dashboard is opened: a finite number in every panel."""
    values = [value for _, value in panels.ask(query, board.defaults())]
    assert values
    assert all(math.isfinite(value) for value in values)


@each_device_query
def test_a_query_is_of_the_chosen_device_alone(
    panels: Panels, board: Dashboard, query: Query
) -> None:
    """A device that does not exist has no data: no selector forgets the variable."""
    chosen = board.defaults() | {"device": "nobody"}
    assert panels.ask(query, chosen) == []


@each_query
def test_a_query_is_of_the_chosen_house_alone(
    panels: Panels, board: Dashboard, query: Query
) -> None:
    """Several houses have one Grafana: of a house that does not exist there is no data."""
    assert panels.ask(query, board.defaults() | {"house": "nobody"}) == []


@each_device_query
def test_two_chosen_devices_are_put_in_as_grafana_does(
    panels: Panels, board: Dashboard, query: Query
) -> None:
    """As `(a|b)`, so every selector is a regular expression."""
    chosen = board.defaults() | {"device": f"(humidifier|{TWICE_READ}|hair_dryer)"}
    found = panels.ask(query, chosen)
    devices = {labels["device"] for labels, _ in found if "device" in labels}
    assert devices <= {"humidifier", TWICE_READ, "hair_dryer"}


@each_dashboard
def test_variables_offer_the_ids_of_the_configuration(
    panels: Panels, home: Home, board: Dashboard
) -> None:
    """House, room, device and source as they stand in the labels."""
    devices = {device.device for device in home.devices} | {TWICE_READ}
    everything = {
        "house": {home.house},
        "room": {room.room for room in home.rooms},
        "device": devices,
        "source": {"cloud", "native", "matter", "aiseg2"},
    }
    for name, variable in board.variables.items():
        if variable["type"] == "query":
            offered = panels.choices(variable, board.defaults())
            assert offered
            assert offered <= everything[name]
            whole = board.name in {"home", "device-health", "rough-cost"}
            assert not whole or offered == everything[name]


def test_a_device_with_two_sources_is_counted_once(panels: Panels) -> None:
    """Native measures 100 W and Matter 104 W of the same electricity: 102 W, and not 204."""
    (board,) = [board for board in DASHBOARDS if board.name == "home"]
    by_panel = {query.panel: query for query in board.queries()}
    chosen = board.defaults() | {"device": TWICE_READ}
    ((_, watts),) = panels.ask(by_panel["Power now"], chosen)
    ((_, kwh),) = panels.ask(by_panel["Energy in the range"], chosen)
    assert watts == pytest.approx(102)
    assert kwh == pytest.approx(0.104 * 24, rel=0.002)


def test_bars_of_energy_add_up_to_the_energy_of_the_range(panels: Panels) -> None:
    """Each bar is what the counter rose since the bar before."""
    (board,) = [board for board in DASHBOARDS if board.name == "home"]
    (bars,) = [query for query in board.queries() if query.panel == "Energy by room"]
    chosen = board.defaults() | {"device": TWICE_READ}
    ((_, newest_kwh),) = panels.ask(bars, chosen)
    assert newest_kwh == pytest.approx(0.104, rel=0.02)


def test_exporters_are_told_apart_by_their_job(panels: Panels) -> None:
    """An exporter's own series keep their job; those of a device do not."""
    (board,) = [board for board in DASHBOARDS if board.name == "device-health"]
    (saved, _) = [query for query in board.queries() if query.panel.startswith("Counters saved")]
    found = [labels for labels, _ in panels.ask(saved, board.defaults())]
    assert found == [{"house": "virtual_home", "job": "switchbot"}]
