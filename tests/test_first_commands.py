"""The first commands of a developer work in a clean clone, and the locks serve every platform."""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
UV = ROOT / ".tools" / "uv" / "bin" / "uv"
NODE_LOCKS = (
    "frontend/package-lock.json",
    "services/tp-link-native-exporter/tests/kasa-simulator/package-lock.json",
    "tools/matter-network/plug/package-lock.json",
)
PYTHON_COMMANDS = (
    "uv sync --group dev",
    "uv run ruff check .",
    "uv run ty check",
    "uv run pytest --collect-only -m ''",
    "uv run pre-commit run -a",
)


def load_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_dev_group_installs_every_member_of_the_workspace() -> None:
    """`uv sync` installs what the root names and nothing else."""
    root = load_toml(ROOT / "pyproject.toml")
    folders = [
        path for glob in root["tool"]["uv"]["workspace"]["members"] for path in ROOT.glob(glob)
    ]
    files = [folder / "pyproject.toml" for folder in folders]
    members = {load_toml(file)["project"]["name"] for file in files if file.exists()}
    assert members <= set(root["dependency-groups"]["dev"])
    assert members == set(root["tool"]["uv"]["sources"])


@pytest.mark.parametrize("file", NODE_LOCKS)
def test_a_node_lock_lists_the_optional_packages_of_every_platform(file: str) -> None:
    """`npm ci` refuses a lock that lacks the binaries of another platform."""
    packages = json.loads((ROOT / file).read_text(encoding="utf-8"))["packages"]
    names = {path.rpartition("node_modules/")[2] for path in packages}
    optional = {
        name for package in packages.values() for name in package.get("optionalDependencies", ())
    }
    assert optional <= names
    assert not [path for path, package in packages.items() if "resolved" in package]


def commands_of(file: str) -> list[str]:
    """The lines of all shell blocks, without what is said of them."""
    text = (ROOT / file).read_text(encoding="utf-8")
    blocks = [part.partition("```")[0] for part in text.split("```sh\n")[1:]]
    return [line.partition("  #")[0].rstrip() for block in blocks for line in block.splitlines()]


def test_both_languages_of_the_readme_have_the_same_commands() -> None:
    """What is changed in one of them is changed in the other."""
    assert commands_of("README.ja.md") == commands_of("README.md")
    assert "make up" in commands_of("README.md")


def test_renovate_holds_back_what_the_table_of_versions_explains() -> None:
    """And its configuration is valid by the schema of Renovate."""
    tool, file = ROOT / ".tools/images/bin/check-jsonschema", ROOT / "renovate.json"
    subprocess.run([tool, "--builtin-schema", "vendor.renovate", file], check=True)
    rules = json.loads(file.read_text(encoding="utf-8"))["packageRules"]
    held_back = {name for rule in rules for name in rule["matchPackageNames"]}
    rows = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8").lower().split("\n|")[3:]
    explained = {name for row in rows for name in row.split("|")[0].strip().split(", ")}
    assert held_back <= {name.split(" ")[0] for name in explained}


@pytest.mark.long
@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to clone with")
def test_the_first_commands_of_a_python_developer_work_in_a_clean_clone(tmp_path: Path) -> None:
    """Nothing but uv and the network is needed."""
    clone = tmp_path / "ppms"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    env["PATH"] = f"{UV.parent}:{env['PATH'].replace(f'{ROOT}/.venv/bin:', '')}"
    for command in PYTHON_COMMANDS:
        done = subprocess.run(
            ["sh", "-c", command], cwd=clone, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
