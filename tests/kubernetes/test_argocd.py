"""How Argo CD brings everything about: from one repository, in an order that holds."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from manifests.build import ROOT, built, objects_in
from manifests.objects import Object, name_of, namespace_of, strings_in

ARGOCD, APPS = ROOT / "argocd", ROOT / "k8s" / "apps"
TEMPLATE = ROOT / "deploy" / "template"
WAVE = "argocd.argoproj.io/sync-wave"


@pytest.fixture(scope="module")
def stages() -> list[Object]:
    """What the root Application is made of, in the order of its waves."""
    files = sorted((ARGOCD / "stages").glob("*.yaml"))
    items = [item for file in files for item in objects_in(file.read_text())]
    return sorted(items, key=lambda item: int(item["metadata"]["annotations"][WAVE]))


def applications(stages: Sequence[Object]) -> Iterator[dict[str, Any]]:
    """The spec of every Application, that of the set's template too."""
    for item in [*stages, *objects_in((ARGOCD / "root.yaml").read_text())]:
        if item["kind"] == "Application":
            yield item["spec"]
        elif item["kind"] == "ApplicationSet":
            yield item["spec"]["template"]["spec"]


def sources(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return spec.get("sources") or [spec["source"]]


def test_each_stage_waits_for_the_one_before(stages: list[Object]) -> None:
    """Waves in this order; and they order Applications only while these have a health."""
    order = ["ppms", "ppms-foundation", "ppms-vmsingle", "ppms-apps"]
    assert [name_of(item) for item in stages] == order
    waves = [item["metadata"]["annotations"][WAVE] for item in stages]
    assert len(set(waves)) == len(waves)
    config = yaml.safe_load((ARGOCD / "argocd-cm.yaml").read_text())["data"]
    health = config["resource.customizations.health.argoproj.io_Application"]
    assert "hs.status = obj.status.health.status" in health


def test_a_folder_is_an_application(stages: list[Object]) -> None:
    """The set lists every folder of k8s/apps but the one that is a stage of its own."""
    (folders,) = [item for item in stages if item["kind"] == "ApplicationSet"]
    listed = [entry["path"] for entry in folders["spec"]["generators"][0]["git"]["directories"]]
    assert len(set(listed)) == len(listed)
    paths = {source.get("path") for spec in applications(stages) for source in sources(spec)}
    every = {f"k8s/apps/{folder.name}" for folder in APPS.iterdir()}
    assert every == set(listed) | (every & paths)
    for folder in APPS.iterdir():
        assert (folder / "kustomization.yaml").is_file(), folder


def test_no_application_is_called_as_one_that_may_be_there(stages: list[Object]) -> None:
    """A cluster with a life has its own `grafana` and `tailscale`: ours all begin with `ppms`."""
    files = [*ARGOCD.rglob("*.yaml"), *TEMPLATE.rglob("argocd/**/*.yaml")]
    every = [item for file in files for item in objects_in(file.read_text())]
    named = [name_of(item) for item in every if item["kind"] == "Application"]
    assert len(named) > 5
    assert [name for name in named if name.partition("-")[0] != "ppms"] == []
    (made,) = [item for item in stages if item["kind"] == "ApplicationSet"]
    assert made["spec"]["template"]["metadata"]["name"] == "ppms-{{ .path.basename }}"


def test_operators_are_optional_pinned_and_last(stages: list[Object]) -> None:
    """Without Tailscale all is measured; a chart's new minor version comes by a commit."""
    files = sorted((ARGOCD / "optional").glob("*.yaml"))
    optional = [item for file in files for item in objects_in(file.read_text())]
    last = max(int(item["metadata"]["annotations"][WAVE]) for item in stages)
    for item in optional:
        assert int(item["metadata"]["annotations"][WAVE]) > last or "victoria" in name_of(item)
        for source in sources(item["spec"]):
            if "chart" in source:
                assert re.fullmatch(r"\d+\.\d+\.\d+", source["targetRevision"])


def test_a_restore_can_hold_argo_cd(stages: list[Object]) -> None:
    """The set leaves the annotation on its Applications by which scripts/restore holds them."""
    (folders,) = [item for item in stages if item["kind"] == "ApplicationSet"]
    (kept,) = folders["spec"]["preservedFields"]["annotations"]
    restore = (ROOT / "scripts" / "restore").read_text()
    assert f'"{kept}$1"' in restore
    name = folders["spec"]["template"]["metadata"]["name"]
    assert name.replace("{{ .path.basename }}", "$app") in restore


def test_every_path_is_there_and_every_component_fits(stages: list[Object]) -> None:
    """Relative to the folder, as Argo CD gives it to kustomize."""
    for spec in applications(stages):
        for source in sources(spec):
            path = source.get("path", "argocd")
            folders = APPS.iterdir() if "{{" in path else [ROOT / path]
            for folder in folders:
                assert folder.is_dir(), folder
                for component in source.get("kustomize", {}).get("components", ()):
                    kustomization = (folder / component / "kustomization.yaml").read_text()
                    assert "kind: Component" in kustomization


def test_what_is_in_git_is_what_runs(stages: list[Object]) -> None:
    """Pruned, healed and tried again; one repository to change for a fork."""
    repositories = set()
    for spec in applications(stages):
        assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
        assert spec["syncPolicy"]["retry"]["limit"] != 0
        ours = [source["repoURL"] for source in sources(spec) if "path" in source]
        repositories |= set(ours)
    assert len(repositories) == 1
    (project,) = [item for item in stages if item["kind"] == "AppProject"]
    assert repositories <= set(project["spec"]["sourceRepos"])


def test_the_project_allows_what_is_deployed(
    stages: list[Object], home: tuple[Object, ...]
) -> None:
    """Namespaces as destinations, kinds without a namespace by name."""
    (project,) = [item for item in stages if item["kind"] == "AppProject"]
    allowed = {entry["namespace"] for entry in project["spec"]["destinations"]}
    cluster_wide = {entry["kind"] for entry in project["spec"]["clusterResourceWhitelist"]}
    for item in home:
        if namespace_of(item):
            assert namespace_of(item) in allowed
        else:
            assert item["kind"] in cluster_wide


def test_argo_cd_makes_of_each_folder_what_kubectl_makes_of_all(
    stages: list[Object], home: tuple[Object, ...], tmp_path: Path
) -> None:
    """Argo CD adds the settings to the app's own kustomization, where they see it unfinished.

    Images and names that the app itself still changes would slip through them without a word.
    """
    (folders,) = [item for item in stages if item["kind"] == "ApplicationSet"]
    kustomize = folders["spec"]["template"]["spec"]["source"]["kustomize"]
    for folder in ("k8s", "config"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    made = [*built(ROOT / "k8s" / "foundation")]
    for folder in (tmp_path / "k8s" / "apps").iterdir():
        command = ["kustomize", "edit", "add", "component", *kustomize["components"]]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        made += built(folder)
    assert sorted(map(yaml.safe_dump, made)) == sorted(map(yaml.safe_dump, home))


def test_settings_of_the_home_reach_every_app(home: tuple[Object, ...]) -> None:
    """No image of ours is left without registry and version, and the page's name is listed."""
    assert [text for text in strings_in(home) if text.startswith("ppms/")] == []
    assert any(".ts.net" in text for text in strings_in(home))
