"""The dashboards as files: what Grafana and its sidecar need to take them up."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from testbed.grafana import Dashboard, load_dashboards

FOLDER = Path(__file__).parents[2] / "k8s/grafana"
DASHBOARDS = load_dashboards(FOLDER / "dashboards")
DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA_VERSION = 41  # Grafana 12; newer ones migrate it

each_dashboard = pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)


@pytest.fixture(scope="session")
def kustomization() -> dict[str, Any]:
    """How the dashboards get into the cluster."""
    return yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))


def test_every_dashboard_is_in_a_labelled_config_map(kustomization: dict[str, Any]) -> None:
    """The label is what Grafana's sidecar looks for; a file that is not listed never arrives."""
    listed = {f for item in kustomization["configMapGenerator"] for f in item["files"]}
    assert listed == {f"dashboards/{board.name}.json" for board in DASHBOARDS}
    for item in kustomization["configMapGenerator"]:
        assert item["options"]["labels"]["grafana_dashboard"] == "1"


def test_dashboards_differ_in_uid_and_title() -> None:
    """Grafana keeps the last of two with one uid."""
    for key in ("uid", "title"):
        assert len({board.json[key] for board in DASHBOARDS}) == len(DASHBOARDS) == 9


@each_dashboard
def test_a_dashboard_brings_no_id_and_the_schema_version(board: Dashboard) -> None:
    """An id of another Grafana's database would be refused."""
    assert board.json["schemaVersion"] == SCHEMA_VERSION
    assert board.json.get("id") is None


@each_dashboard
def test_every_panel_asks_the_chosen_data_source(board: Dashboard) -> None:
    """No uid of somebody's own Grafana."""
    assert board.variables["datasource"]["type"] == "datasource"
    for panel in board.panels:
        asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert all(source == DATA_SOURCE for source in asked)


@each_dashboard
def test_every_panel_has_its_own_id_place_and_unit(board: Dashboard) -> None:
    """A number without a unit is not to be read."""
    ids = [panel["id"] for panel in board.json["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [cell for panel in board.json["panels"] for cell in _cells(panel["gridPos"])]
    assert len(set(cells)) == len(cells)
    assert all(panel["fieldConfig"]["defaults"]["unit"] for panel in board.panels)


@each_dashboard
def test_targets_of_a_panel_have_their_own_letter(board: Dashboard) -> None:
    """Two with one refId overwrite each other."""
    for panel in board.panels:
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters)


def _cells(place: dict[str, int]) -> list[tuple[int, int]]:
    columns = range(place["x"], place["x"] + place["w"])
    assert columns.stop <= 24
    return [(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])]
