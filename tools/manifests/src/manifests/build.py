"""Build kustomizations with the real kustomize."""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from manifests.objects import Object

ROOT = Path(__file__).parents[4]
# It reads a ConfigMap of the kustomization that uses it.
NOT_ALONE = ROOT / "k8s/components/names"


@cache
def built(folder: Path) -> tuple[Object, ...]:
    """The objects of one kustomization.

    Raises:
        subprocess.CalledProcessError: kustomize refuses it; its output has the reason.
    """
    text = subprocess.run(
        ["kustomize", "build", folder],  # noqa: S607 - unpacked by scripts/, found on PATH
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return objects_in(text)


def objects_in(text: str) -> tuple[Object, ...]:
    """The objects of a file of YAML documents."""
    return tuple(item for item in yaml.load_all(text, yaml.CSafeLoader) if item)


def kustomizations() -> list[Path]:
    """Every folder that can be built, components too."""
    roots = (ROOT / "k8s", ROOT / "config")
    folders = {file.parent for root in roots for file in root.rglob("kustomization.yaml")}
    return sorted(folders - {NOT_ALONE})


def plain_files(folders: Iterable[str]) -> list[Path]:
    """Manifests that are applied as they are, without kustomize."""
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.yaml"))
