"""The app that docs/kubernetes.md adds as an example builds, and fits the rules of all others."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from manifests import names
from manifests.build import ROOT, built
from manifests.network import Pair, allowed_pairs
from manifests.objects import Object, workloads

FILE = re.compile(r"```yaml\n# (k8s/\S+)\n(.*?)```", re.DOTALL)


@pytest.fixture
def with_example(tmp_path: Path, home: Sequence[Object]) -> list[Object]:
    """A home with the folder of the example in it."""
    for folder in ("k8s", "config"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    files = FILE.findall((ROOT / "docs" / "kubernetes.md").read_text())
    assert {Path(path).name for path, _ in files} >= {"kustomization.yaml", "networkpolicy.yaml"}
    for path, text in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return [*home, *built(tmp_path / "k8s" / "apps" / "acme")]


def test_a_folder_is_all_that_an_app_needs(
    with_example: list[Object], home: Sequence[Object]
) -> None:
    """It is scraped, and pushes the result of its trial; nothing that was there had to change."""
    assert allowed_pairs(with_example) - allowed_pairs(home) == {
        Pair("vmsingle", "acme-exporter", 9101),
        Pair("acme-backup", "vmsingle", 8428),
    }
    (added,) = [w for w in workloads(with_example) if w.name == "acme-exporter"]
    assert added.labels["protocol"] == "acme"
    assert [fault for item in with_example for fault in names.faults_of(item)] == []
