"""The ten commands of README.md, in a clone, as far as they go without a cluster and GitHub.

Both are stood in for: GitHub by bare repositories of this machine (git's own `insteadOf`), the
cluster by a kubectl that has the real one make the objects and applies none.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from manifests.build import ROOT, built, objects_in
from manifests.objects import Object, name_of, namespace_of, of_kind, strings_in, workloads

GITHUB = "https://github.com"
RELEASE = re.compile(r"ppms//\S+\?ref=(v[\d.]+)")
KUBECTL = """\
#!/bin/bash
set -euo pipefail
printf '%s\\n' "$*" >>"$CALLS"
case " $* " in
  *" apply "*"-f https://"*) ;;
  *" apply "*"-k "*) "$REAL" kustomize "${@: -1}" >>"$OBJECTS" ;;
  *" apply "*"-f "*) cat "${@: -1}" >>"$OBJECTS" ;;
  *" create "*) "$REAL" "$@" --dry-run=client --output=yaml >>"$OBJECTS" ;;
  *" label "*) ;;
  *) echo "not known here: $*" >&2; exit 1 ;;
esac
echo --- >>"$OBJECTS"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What the commands left behind."""

    calls: Sequence[str]
    objects: Sequence[Object]
    env: Mapping[str, str]
    folder: Path


def commands() -> list[str]:
    section = (ROOT / "README.md").read_text("utf-8").partition("## From an empty cluster")[2]
    return section.partition("```sh\n")[2].partition("```")[0].splitlines()


def git(*words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    command = ["git", *words]
    return subprocess.run(
        command, cwd=cwd, env=env, check=True, capture_output=True, text=True
    ).stdout


def environment(folder: Path) -> dict[str, str]:
    """GitHub is in a folder; the editor saves what it was given; kubectl applies nothing."""
    kubectl = folder / "bin" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(KUBECTL)
    kubectl.chmod(0o755)
    settings = {
        f"url.{folder}/github.insteadOf": GITHUB,
        "user.name": "A person",
        "user.email": "person@example.org",
        "safe.directory": "*",
    }
    as_git_config = {
        f"GIT_CONFIG_{what}_{n}": text
        for n, pair in enumerate(settings.items())
        for what, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return {
        **os.environ,
        **as_git_config,
        "GIT_CONFIG_COUNT": str(len(settings)),
        "EDITOR": "true",
        "CALLS": str(folder / "calls"),
        "OBJECTS": str(folder / "objects.yaml"),
        "REAL": shutil.which("kubectl") or "",
        "PATH": f"{kubectl.parent}:{os.environ['PATH']}",
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("readme")
    env = environment(folder)
    ppms, our_home = folder / "github/example/ppms", folder / "github/me/our-home"
    git("clone", "--quiet", "--bare", ROOT, ppms, cwd=folder)
    template = (ROOT / "deploy/template/home/kustomization.yaml").read_text("utf-8")
    (release,) = set(RELEASE.findall(template))
    git("tag", "--force", release, cwd=ppms)
    git("init", "--quiet", "--bare", "--initial-branch=main", our_home, cwd=folder)
    script = "\n".join(["set -euo pipefail", *commands()])
    ran = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    objects = tuple(objects_in((folder / "objects.yaml").read_text()))
    return Done((folder / "calls").read_text().splitlines(), objects, env, folder)


@pytest.mark.long
def test_they_are_ten_and_each_of_them_runs(done: Done) -> None:
    """Namespaces before what goes into them, the VPN last."""
    assert len(commands()) == 10
    namespaces = {name_of(item) for item in of_kind(done.objects, "Namespace")}
    assert namespaces == {"argocd", "power", "power-hardware", "tailscale"}
    made = [name_of(item) for item in done.objects if namespace_of(item) in namespaces]
    assert {"switchbot", "our-home", "ppms", "operator-oauth", "ppms-tailscale"} <= set(made)
    assert "tailscale-operator.yaml" in done.calls[-1]
    in_wanted_order = [name for name in made if name in {"ppms", "operator-oauth"}]
    assert in_wanted_order == ["ppms", "operator-oauth"]


@pytest.mark.long
def test_secrets_have_the_keys_that_pods_read(done: Done) -> None:
    """By the example beside the app."""
    secrets = {name_of(item): item for item in of_kind(done.objects, "Secret")}
    example = yaml.safe_load((ROOT / "k8s/apps/switchbot-cloud/secret.example.yaml").read_text())
    assert secrets["switchbot"]["data"].keys() == example["stringData"].keys()
    assert secrets["operator-oauth"]["data"].keys() == {"client_id", "client_secret"}
    assert {"type", "url", "username", "password"} == secrets["our-home"]["data"].keys()
    (label,) = [call for call in done.calls if " label " in call]
    assert label.endswith("argocd.argoproj.io/secret-type=repository")


@pytest.mark.long
def test_what_was_pushed_is_what_argo_cd_builds(done: Done, tmp_path: Path) -> None:
    """The root's path is there; the home is built of the release, fetched as kustomize does it."""
    (root,) = [item for item in of_kind(done.objects, "Application") if name_of(item) == "ppms"]
    url = root["spec"]["source"]["repoURL"]
    assert url.removesuffix(".git") == f"{GITHUB}/me/our-home"
    git("clone", "--quiet", done.folder / "github/me/our-home", "pushed", cwd=tmp_path)
    apps = tmp_path / "pushed" / root["spec"]["source"]["path"]
    (app,) = [item for file in apps.glob("*.yaml") for item in objects_in(file.read_text())]
    assert app["spec"]["source"]["repoURL"] == url
    folder = tmp_path / "pushed" / app["spec"]["source"]["path"]
    made = subprocess.run(
        ["kustomize", "build", folder], env=done.env, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    home = tuple(objects_in(made.stdout))
    assert {"vmsingle", "bff", "frontend", "switchbot-cloud-exporter"} <= {
        workload.name for workload in workloads(home)
    }
    texts = list(strings_in(home))
    assert any("power.tail1234.ts.net" in text for text in texts)
    assert [text for text in texts if "your-tailnet" in text or text.startswith("ppms/")] == []
    assert len(home) > len(built(ROOT / "k8s" / "core"))
