"""deploy/template: the private repository of a home, rendered with this clone as the release."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from manifests import names
from manifests.build import ROOT, built
from manifests.network import allowed_pairs, needed_pairs
from manifests.objects import Object, name_of, of_kind, strings_in, workloads

TEMPLATE = ROOT / "deploy" / "template"
REMOTE = re.compile(r"https://github\.com/example/ppms//(\S+)\?ref=(\S+)")
# What differs from config/devices.example.yaml.
CHANGED = "# Of this home.\n"
KUSTOMIZATION = (TEMPLATE / "home" / "kustomization.yaml").read_text()


def rendered(folder: Path, text: str) -> Sequence[Object]:
    """Build the template with another kustomization."""
    home = shutil.copytree(TEMPLATE / "home", folder / "home")
    for name in ("k8s", "config"):
        (folder / name).symlink_to(ROOT / name)
    (home / "kustomization.yaml").write_text(REMOTE.sub(r"../\1", text))
    with (home / "devices.yaml").open("a") as file:
        file.write(CHANGED)
    return built(home)


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Object]:
    return rendered(tmp_path_factory.mktemp("template"), KUSTOMIZATION)


@pytest.fixture(scope="module")
def with_everything(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Object]:
    """Every line that is commented out, but the Secret for a private registry and own contracts."""
    text = re.sub(r"^  # (- https)", r"  \1", KUSTOMIZATION, flags=re.MULTILINE)
    return rendered(tmp_path_factory.mktemp("template"), text)


def test_one_release_is_used(home: Sequence[Object]) -> None:
    """Every line names a folder that is there, at the same tag; every app can be chosen."""
    lines = REMOTE.findall(KUSTOMIZATION)
    assert len({ref for _, ref in lines}) == 1
    assert [path for path, _ in lines if not (ROOT / path / "kustomization.yaml").is_file()] == []
    chosen = {Path(path).name for path, _ in lines}
    core = yaml.safe_load((ROOT / "k8s/core/kustomization.yaml").read_text())["resources"]
    apps = {folder.name for folder in (ROOT / "k8s" / "apps").iterdir()}
    assert apps - chosen - {Path(path).name for path in core} == set()
    assert home


def test_only_what_is_listed_runs(as_it_is: Sequence[Object]) -> None:
    """A home with SwitchBot plugs has one exporter, and no pod that waits for a Secret."""
    exporters = {w.name for w in workloads(as_it_is) if w.name.endswith("-exporter")}
    assert exporters == {"switchbot-cloud-exporter"}
    assert {"vmsingle", "bff", "frontend", "vmalert"} <= {w.name for w in workloads(as_it_is)}


def test_every_copy_of_the_configuration_is_the_homes(with_everything: Sequence[Object]) -> None:
    """Each app mounts its own ConfigMap; the source of all is not applied."""
    wanted = (TEMPLATE / "home" / "devices.yaml").read_text() + CHANGED
    maps = {name_of(item): item["data"] for item in of_kind(with_everything, "ConfigMap")}
    copies = {name: data["devices.yaml"] for name, data in maps.items() if "devices" in name}
    assert len(copies) > 5
    assert set(copies.values()) == {wanted}
    assert [name for name in maps if name.startswith("home")] == []


def test_a_changed_configuration_has_another_name(
    as_it_is: Sequence[Object], home: Sequence[Object]
) -> None:
    """So that the pods are rolled out: the hash is of the home's file, not of the example's."""

    def mounted(objects: Sequence[Object]) -> set[str]:
        (bff,) = [w for w in workloads(objects) if w.name == "bff"]
        return {v["configMap"]["name"] for v in bff.spec["volumes"] if v["name"] == "config"}

    assert mounted(as_it_is).isdisjoint(mounted(home))


def test_what_is_chosen_fits_together(with_everything: Sequence[Object]) -> None:
    """Pairs that are needed are allowed, alerts reach Alertmanager, names are well formed."""
    in_host_network = {w.name for w in workloads(with_everything) if not w.has_own_network}
    needed = {pair for pair in needed_pairs(with_everything) if pair.server not in in_host_network}
    assert ("vmalert", "alertmanager", 9093) in {(p.client, p.server, p.port) for p in needed}
    assert allowed_pairs(with_everything) == needed
    assert [fault for item in with_everything for fault in names.faults_of(item)] == []
    assert [text for text in strings_in(with_everything) if text.startswith("ppms/")] == []


def test_the_pages_names_are_those_that_the_proxy_may_get(as_it_is: Sequence[Object]) -> None:
    """Tailscale numbers a name that is taken."""
    (bff,) = [w for w in workloads(as_it_is) if w.name == "bff"]
    env = {v["name"]: v.get("value", "") for v in bff.containers[0]["env"]}
    (ingress,) = of_kind(as_it_is, "Ingress")
    (host,) = ingress["spec"]["tls"][0]["hosts"]
    allowed = [name.partition(".")[0] for name in env["ALLOWED_HOSTS"].split(",")]
    assert {host, f"{host}-1", f"{host}-2"} <= set(allowed)


def test_no_secret_lies_in_the_template(as_it_is: Sequence[Object]) -> None:
    """It is committed and pushed as it is."""
    assert of_kind(as_it_is, "Secret") == []
