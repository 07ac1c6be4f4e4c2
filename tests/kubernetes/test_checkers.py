"""Checkers that others wrote: policies of pods, shell scripts, workflows."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from manifests.build import ROOT, built

# What checkov asks for and we do not do, and why.
SKIPPED = {
    "CKV_K8S_15": "always pull: a tag here never moves, and a home without internet must restart",
    "CKV_K8S_43": "digests: the release writes tags, each signed with its provenance",
    "CKV_K8S_35": "secrets as files: the twelve-factor way is ours; the log hides their values",
}
# The same for single objects; each is explained where it stands.
EXPECTED = {
    ("CKV_K8S_19", "StatefulSet.power-hardware.matter-server"),  # Matter needs the home's network
    ("CKV_K8S_38", "StatefulSet.power.vmsingle"),  # it asks for the list of pods
    # The user that the image is made for.
    ("CKV_K8S_40", "StatefulSet.power-hardware.matter-server"),
    ("CKV_K8S_40", "StatefulSet.power.postgresql"),
    ("CKV_K8S_40", "CronJob.power.postgresql-backup"),
    ("CKV_K8S_40", "CronJob.power.postgresql-backup-check"),
    ("CKV_K8S_40", "Deployment.power.grafana"),
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.long
def test_checkov_finds_only_what_is_explained(
    checker: Callable[[str], Path], tmp_path: Path
) -> None:
    """Both environments; a check that nothing fails any more must leave the list too."""
    for name in ("home", "cluster"):
        objects = built(ROOT / "k8s" / "overlays" / name)
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(objects))
    options = ("--framework", "kubernetes", "--skip-download", "--quiet", "--output", "json")
    answer = run(checker("checkov"), *options, "--directory", tmp_path).stdout
    results: dict[str, Any] = json.loads(answer)["results"]
    failed = {(check["check_id"], check["resource"]) for check in results["failed_checks"]}
    everywhere = {(check, resource) for check, resource in failed if check in SKIPPED}
    assert failed - everywhere == EXPECTED
    assert {check for check, _ in everywhere} == set(SKIPPED)


def test_shell_scripts_are_sound(checker: Callable[[str], Path]) -> None:
    """Every script that a shell runs, by shellcheck."""
    folders = (ROOT / "scripts", ROOT / "docker", ROOT / ".ci")
    files = sorted(
        path for folder in folders for path in folder.iterdir() if path.is_file() and is_shell(path)
    )
    assert len(files) > 5
    checked = run(checker("shellcheck"), "--external-sources", "--source-path=SCRIPTDIR:.", *files)
    assert checked.returncode == 0, checked.stdout


def is_shell(path: Path) -> bool:
    first = path.read_bytes()[:200].decode(errors="replace")
    return "# shellcheck shell" in first or (first.startswith("#!") and "sh\n" in first)


def test_workflows_are_safe(checker: Callable[[str], Path]) -> None:
    """zizmor: pinned actions, narrow permissions, nothing of strangers in a script."""
    checked = run(checker("zizmor"), "--offline", "--min-severity=medium", ".github/workflows")
    assert checked.returncode == 0, checked.stdout + checked.stderr
