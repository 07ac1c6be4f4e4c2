"""What the API server would refuse."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from manifests import names, schemas
from manifests.build import ROOT, objects_in, plain_files
from manifests.objects import Object, title_of

PLAIN = (
    "argocd",
    "argocd/stages",
    "argocd/cluster",
    "argocd/optional",
    "deploy/template/argocd",
    "deploy/template/argocd/apps",
)
CUSTOM_KINDS = {
    "Application",
    "ApplicationSet",
    "AppProject",
    "PrometheusRule",
    "ProxyClass",
    "ServiceMonitor",
    "VMAgent",
    "VMCluster",
    "VMRule",
    "VMServiceScrape",
}
CORE_GROUPS = ("", "apps", "batch", "policy")


def is_core(item: Object) -> bool:
    group = item["apiVersion"].rpartition("/")[0]
    return group in CORE_GROUPS or group.endswith(".k8s.io")


@pytest.fixture(scope="module")
def everything(builds: dict[Path, tuple[Object, ...]]) -> dict[str, Object]:
    """Each object once: built, applied plainly, and the examples."""
    files = [*plain_files(PLAIN), *(ROOT / "k8s").rglob("*.example.yaml")]
    plain = [item for path in files for item in objects_in(path.read_text())]
    every = [*plain, *(item for objects in builds.values() for item in objects)]
    return {yaml.dump(item): item for item in every}


@pytest.mark.long
def test_core_objects_are_what_kubernetes_knows(
    everything: dict[str, Object], tmp_path: Path, checker: Callable[[str], Path]
) -> None:
    """Strictly: unknown fields are faults."""
    file = tmp_path / "all.yaml"
    core = [text for text, item in everything.items() if is_core(item)]
    file.write_text("---\n".join(core))
    checked = subprocess.run(
        [checker("kubernetes-validate"), "--strict", file],
        capture_output=True,
        text=True,
        check=False,
    )
    passed = [line for line in (checked.stdout + checked.stderr).splitlines() if " passed " in line]
    faults = [line for line in checked.stdout.splitlines() if line.lstrip().startswith("ERROR")]
    assert faults == []
    assert len(passed) == len(core), "an object was not checked at all"


def test_custom_objects_are_what_their_operators_publish(everything: dict[str, Object]) -> None:
    """Argo CD, Prometheus operator, VictoriaMetrics operator, Tailscale operator; strictly."""
    custom = [item for item in everything.values() if not is_core(item)]
    assert {item["kind"] for item in custom} == CUSTOM_KINDS
    if not schemas.CRDS.is_dir():
        kinds = ", ".join(sorted({item["kind"] for item in custom}))
        pytest.skip(f"UNCHECKED, because {schemas.CRDS} is not there: {kinds}")
    faults = {title_of(item): schemas.faults_of(item) for item in custom}
    assert [title for title, found in faults.items() if found is None] == []
    assert [fault for found in faults.values() for fault in found or ()] == []


def test_names_labels_and_quantities_are_well_formed(everything: dict[str, Object]) -> None:
    """kubernetes-validate lets these through; the API server does not."""
    assert [fault for item in everything.values() for fault in names.faults_of(item)] == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"metadata": {"name": "Bff"}}, "bad name 'Bff'"),
        ({"metadata": {"name": "bff", "labels": {"a b": "c"}}}, "bad label key 'a b'"),
        ({"spec": {"selector": {"matchLabels": {"a": "-"}}}}, "bad value '-' of label a"),
        ({"spec": {"resources": {"limits": {"memory": "1GB"}}}}, "bad quantity '1GB'"),
        ({"spec": {"ports": [{"name": "a-port-of-great-length"}]}}, "bad port name"),
        ({"spec": {"volumes": [{"name": "a"}, {"name": "a"}]}}, "'a' twice"),
    ],
)
def test_the_check_of_names_sees_faults(changed: dict[str, object], fault: str) -> None:
    """Otherwise the test above would pass whatever happens."""
    item = {"kind": "Service", "metadata": {"name": "bff"}, **changed}
    assert fault in "".join(names.faults_of(item))


def test_the_check_of_custom_objects_sees_faults() -> None:
    """A field that does not exist, a number where a text is wanted."""
    if not schemas.CRDS.is_dir():
        pytest.skip(f"{schemas.CRDS} is not there")
    item = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "a"},
        "spec": {"project": 7, "destination": {}, "sauce": {}},
    }
    faults = "".join(schemas.faults_of(item) or ())
    assert "$.spec.project: 7 is not of type 'string'" in faults
    assert "'sauce' was unexpected" in faults
