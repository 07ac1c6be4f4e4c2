"""deploy/template: the private repository of a home, rendered with this clone as the release."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from manifests import names
from manifests.build import ROOT, built
from manifests.network import allowed_pairs, needed_pairs, selects
from manifests.objects import Object, name_of, of_kind, strings_in, workloads

TEMPLATE = ROOT / "deploy" / "template"
REMOTE = re.compile(r"https://github\.com/example/ppms//(\S+)\?ref=(\S+)")
# What differs from config/devices.example.yaml.
CHANGED = "# Of this home.\n"
NAMES = "[namespace=power, house=home]"
LITERAL = re.compile(r"^(power|home)$|power-hardware|\.power\.svc|-n power\b")
PART = re.compile(r"```yaml\n# home/part-0/kustomization.yaml\n(.*?)```", re.DOTALL)
ELSEWHERE = re.compile(r"```yaml\n(# home/victoriametrics.yaml\n.*?)```", re.DOTALL)
VM_ROW = re.compile(
    r"^\| VictoriaMetrics \| in place of the line `(\S+)` the lines (.*?), and the file",
    re.MULTILINE,
)
# What one cluster has once, for all houses: how Tailscale runs the proxies of a page.
SHARED_NAMES = {"proxy-class"}
KUSTOMIZATION = (TEMPLATE / "home" / "kustomization.yaml").read_text()


def rendered(folder: Path, text: str) -> Sequence[Object]:
    """Build the template with another kustomization."""
    home = shutil.copytree(TEMPLATE / "home", folder / "home", dirs_exist_ok=True)
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


@pytest.fixture(scope="module")
def of_cottage(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Object]:
    """Everything, under the names of another house, with the Matter server on a node of its own."""
    lines = r"^  # (- https|- \{path: matter-node)"
    text = re.sub(lines, r"  \1", KUSTOMIZATION, flags=re.MULTILINE)
    names_changed = text.replace(NAMES, "[namespace=cottage-2, house=seaside]")
    assert names_changed != text
    return rendered(tmp_path_factory.mktemp("template"), names_changed)


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


def literals_left(value: object, path: str = "") -> Iterator[str]:
    """Where the first house's namespaces or `house` are still written."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from literals_left(each, f"{path}/{key}")
    elif isinstance(value, list):
        for each in value:
            yield from literals_left(each, path)
    elif isinstance(value, str) and LITERAL.search(value):
        yield f"{path}: {value[:80]}"


def test_another_house_has_other_names_everywhere(of_cottage: Sequence[Object]) -> None:
    """One line of its kustomization: no namespace, no `house` and no name of the first is left."""
    left = [
        f"{name_of(item)}{found}"
        for item in of_cottage
        for found in literals_left(item)
        if not any(f"tailscale.com/{each}:" in found for each in SHARED_NAMES)
    ]
    assert left == []
    namespaces = {item["metadata"].get("namespace") for item in of_cottage}
    assert namespaces == {None, "cottage-2", "cottage-2-hardware"}
    envs = [v for w in workloads(of_cottage) for c in w.containers for v in c.get("env", ())]
    assert {v["value"] for v in envs if v["name"] == "HOUSE"} == {"seaside"}


def test_another_house_works_as_the_first_one(
    of_cottage: Sequence[Object], with_everything: Sequence[Object]
) -> None:
    """The same pairs of pods may call each other, and every one that is needed."""
    assert allowed_pairs(of_cottage) == allowed_pairs(with_everything)
    in_host_network = {w.name for w in workloads(of_cottage) if not w.has_own_network}
    needed = {pair for pair in needed_pairs(of_cottage) if pair.server not in in_host_network}
    assert needed <= allowed_pairs(of_cottage)


def test_matter_is_chosen_by_two_lines(of_cottage: Sequence[Object]) -> None:
    """The exporter finds the server of its own house, which is on a node of the plugs' network."""
    (server,) = [w for w in workloads(of_cottage) if w.name == "matter-server"]
    assert server.spec["nodeSelector"] == {"power.example/matter": "true"}
    (reader,) = [w for w in workloads(of_cottage) if w.name == "tp-link-matter-exporter"]
    (url,) = [v["value"] for v in reader.containers[0]["env"] if v["name"] == "MATTER_SERVER_URL"]
    assert url == f"ws://matter-server.{server.namespace}.svc:5580/ws"
    assert server.namespace == "cottage-2-hardware"


def test_parts_of_an_exporter_stand_beside_each_other(tmp_path: Path) -> None:
    """The example of docs/kubernetes.md, twice: names, volumes and selectors of their own."""
    (example,) = PART.findall((ROOT / "docs" / "kubernetes.md").read_text())
    for number in range(2):
        folder = tmp_path / "home" / f"part-{number}"
        folder.mkdir(parents=True)
        text = example.replace("part-0", f"part-{number}").replace("0/2", f"{number}/2")
        (folder / "kustomization.yaml").write_text(REMOTE.sub(r"../../\1", text))
    for name in ("k8s", "config"):
        (tmp_path / name).symlink_to(ROOT / name)
    parts = [built(tmp_path / "home" / f"part-{number}") for number in range(2)]
    identities = [(item["kind"], name_of(item)) for objects in parts for item in objects]
    assert len(set(identities)) == len(identities)
    for number, objects in enumerate(parts):
        (deployment,) = of_kind(objects, "Deployment")
        env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
        assert {"name": "SHARD", "value": f"{number}/2"} in env
        app = f"part-{number}-tp-link-native"
        assert {w.labels["app.kubernetes.io/name"] for w in workloads(objects)} == {app}
        selectors = [text for item in objects for text in strings_in(item) if "tp-link" in text]
        assert "tp-link-native" not in selectors
        assert name_of(deployment) == f"{app}-exporter"


@pytest.fixture
def with_own_victoriametrics(tmp_path: Path) -> Sequence[Object]:
    """The lines of docs/kubernetes.md for a VictoriaMetrics that is there already."""
    docs = (ROOT / "docs" / "kubernetes.md").read_text()
    ((core, folders),) = VM_ROW.findall(docs)
    remote = "https://github.com/example/ppms//{}?ref=v0.1.0"
    lines = [f"  - {remote.format(folder)}" for folder in re.findall(r"`(\S+)`", folders)]
    (file,) = ELSEWHERE.findall(docs)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "victoriametrics.yaml").write_text(file)
    text = KUSTOMIZATION.replace(
        f"  - {remote.format(core)}", "\n".join([*lines, "  - victoriametrics.yaml"])
    )
    return rendered(
        tmp_path, re.sub(r"^  # (- https.*k8s/apps/shelly)", r"  \1", text, flags=re.MULTILINE)
    )


def test_a_victoriametrics_that_is_there_is_used(
    with_own_victoriametrics: Sequence[Object],
) -> None:
    """Nothing of ours stores samples; all who name it reach it, and it reaches all it scrapes."""
    everyone = workloads(with_own_victoriametrics)
    assert "vmsingle" not in {w.name for w in everyone}
    (service,) = [
        s for s in of_kind(with_own_victoriametrics, "Service") if name_of(s) == "vmsingle"
    ]
    assert service["spec"]["type"] == "ExternalName"
    policies = of_kind(with_own_victoriametrics, "NetworkPolicy")
    (out,) = [p["spec"] for p in policies if name_of(p) == "to-victoriametrics"]
    (inwards,) = [p["spec"] for p in policies if name_of(p) == "from-monitoring"]
    callers = [w for w in everyone if any("//vmsingle" in text for text in strings_in(w.spec))]
    assert {"bff", "vmalert", "bff-backup-check", "shelly-backup"} <= {w.name for w in callers}
    assert all(selects(out["podSelector"], w.labels) for w in callers)
    scraped = {port for w in everyone if (port := w.port_named("metrics"))}
    assert scraped == {port["port"] for port in inwards["ingress"][0]["ports"]}
