"""What a release does: its workflows, and the tags it writes into the overlay."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SETTINGS = ROOT / "k8s/overlays/home/settings"
PREFIX, VERSION = "registry.example/someone/power", "v9.8.7"

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)


@each_workflow
def test_a_workflow_follows_the_schema(workflow: Path) -> None:
    """By the published JSON schema."""
    tool = ROOT / ".tools/images/bin/check-jsonschema"
    command = [tool, "--builtin-schema", "vendor.github-workflows", workflow]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@each_workflow
def test_an_action_is_pinned_by_its_commit(workflow: Path) -> None:
    """A tag can be moved to other code; the comment has the release."""
    used = re.findall(r"uses: (?!\$/)(.*)", workflow.read_text())
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)


@each_workflow
def test_a_workflow_begins_with_no_more_than_reading(workflow: Path) -> None:
    """Each job lists what more it needs."""
    rights = yaml.safe_load(workflow.read_text("utf-8"))["permissions"]
    assert rights in ({}, {"contents": "read"})


@pytest.fixture
def written(tmp_path: Path) -> dict[str, tuple[str, str]]:
    """The overlay's images, as (name, tag), after a release of every image."""
    overlay = shutil.copytree(SETTINGS, tmp_path / "settings")
    names = [folder.name for folder in (ROOT / "services").iterdir()] + ["frontend"]
    for version in ("v0.0.1", VERSION):
        subprocess.run(
            [ROOT / "scripts/set-image-tags", PREFIX, version],
            input="\n".join(names) + "\n",
            text=True,
            check=True,
            env=os.environ | {"OVERLAY": str(overlay)},
        )
    images = yaml.safe_load((overlay / "kustomization.yaml").read_text("utf-8"))["images"]
    return {image["name"]: (image["newName"], image["newTag"]) for image in images}


def test_a_release_is_what_the_overlay_runs(written: dict[str, tuple[str, str]]) -> None:
    """Every image of the overlay gets the tag, also at a second release; none is added."""
    before = yaml.safe_load((SETTINGS / "kustomization.yaml").read_text("utf-8"))["images"]
    assert set(written) == {image["name"] for image in before}
    for name, image in written.items():
        assert image == (f"{PREFIX}/{name.removeprefix('ppms/')}", VERSION)
