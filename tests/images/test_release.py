"""What a release does: its workflows, and the tags it writes into the overlay."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SETTINGS = ROOT / "k8s/images"
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


def test_a_digest_is_written_beside_the_tag(tmp_path: Path) -> None:
    """What runs is what was scanned and signed, even if the tag is moved afterwards."""
    overlay = shutil.copytree(SETTINGS, tmp_path / "images")
    digest = f"sha256:{'0a' * 32}"
    subprocess.run(
        [ROOT / "scripts/set-image-tags", PREFIX, VERSION],
        input=f"bff {digest}\n",
        text=True,
        check=True,
        env=os.environ | {"OVERLAY": str(overlay)},
    )
    images = yaml.safe_load((overlay / "kustomization.yaml").read_text("utf-8"))["images"]
    (bff,) = [image for image in images if image["name"] == "ppms/bff"]
    assert bff == {
        "name": "ppms/bff",
        "newName": f"{PREFIX}/bff",
        "newTag": VERSION,
        "digest": digest,
    }


def notes(version: str, changelog: Path) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder of its own, as it is in a clone."""
    scripts = shutil.copytree(ROOT / "scripts", changelog.parent / "scripts", dirs_exist_ok=True)
    command = [scripts / "release-notes", version]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_notes_of_a_release_are_its_part_of_the_changelog(tmp_path: Path) -> None:
    """A tag without release notes is refused before anything is published."""
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## 0.2.0 - 2026-12-01\n- New.\n\n## 0.1.0\n- First.\n")
    assert notes("v0.2.0", changelog).stdout.split() == ["-", "New."]
    assert notes("v0.1.0", changelog).stdout.split() == ["-", "First."]
    missing = notes("v0.3.0", changelog)
    assert (missing.returncode, "no notes under" in missing.stderr) == (1, True)


def test_nothing_is_published_untested_or_unscanned() -> None:
    """The images wait for the tests; the common tag waits for the scan of both architectures."""
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]
    assert release["test"]["uses"].endswith("/test.yml")
    assert set(release["images"]["needs"]) == {"notes", "test"}
    images = yaml.safe_load((ROOT / ".github/workflows/images.yml").read_text("utf-8"))["jobs"]
    (scan,) = [s for s in images["publish"]["steps"] if "trivy-action" in s.get("uses", "")]
    assert (scan["with"]["exit-code"], scan["with"]["severity"]) == ("1", "HIGH,CRITICAL")
    assert "publish" in images["join"]["needs"]


def test_a_release_needs_no_setting_of_the_repository() -> None:
    """A registry by default, names in lower case, no pull request by the workflow's token."""
    text = "".join(file.read_text() for file in WORKFLOWS)
    assert "vars.IMAGE_REGISTRY || 'ghcr.io'" in text
    assert text.count("vars.IMAGE_REGISTRY") == 1
    assert "${GITHUB_REPOSITORY,,}" in text
    assert "gh pr create" not in text


def test_renovate_moves_every_chart_and_the_clusters_version() -> None:
    """Of each Application with a chart, and of the operator's VMCluster, which names no image."""
    renovate = json.loads((ROOT / "renovate.json").read_text("utf-8"))
    (pattern,) = renovate["argocd"]["managerFilePatterns"]
    charts = [file for file in (ROOT / "argocd").rglob("*.yaml") if "chart: " in file.read_text()]
    assert len(charts) > 1
    for file in charts:
        assert re.search(pattern.strip("/"), file.relative_to(ROOT).as_posix()), file
    cluster = (ROOT / "k8s/overlays/cluster/victoria-metrics/vmcluster.yaml").read_text("utf-8")
    (wanted,) = [
        each["matchStrings"][0]
        for each in renovate["customManagers"]
        if each.get("depNameTemplate") == "victoriametrics/vmstorage"
    ]
    assert re.search(wanted.replace("(?<", "(?P<"), cluster)
