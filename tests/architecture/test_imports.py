"""How far the ideas of the packages may be spread. Figures of 825a745 stand beside the limits."""

import subprocess
import sys
from pathlib import Path

import imports
import pytest

HERE = Path(__file__).parent

# modules, chain, imports a module
LIMITS = {
    "exporter_kit": (18, 8, 2.6),  # was 37, 12, 3.5
    "home_model": (12, 6, 1.1),  # was 10, 5, 0.9
    "bff.ledger": (21, 9, 2.8),  # was 31, 13, 3.3
}


@pytest.mark.parametrize("package", LIMITS)
def test_a_package_stays_within_its_limits(package: str) -> None:
    """What was reached is held: modules, longest import chain, imports a module."""
    folder = imports.package_folders()[package.split(".", maxsplit=1)[0]].joinpath(
        *package.split(".")[1:]
    )
    figures = imports.figures_of(folder, package)
    modules, chain, mean = LIMITS[package]
    assert figures.modules <= modules
    assert figures.chain <= chain
    assert figures.imports <= mean


def test_the_script_prints_every_package() -> None:
    """One line each, for people."""
    command = [sys.executable, HERE / "imports.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    printed = {line.split()[0] for line in done.stdout.splitlines()}
    assert set(imports.package_folders()) <= printed


def test_the_measures_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    """A row of three modules, counted by hand; a docstring alone is no module to average over."""
    (tmp_path / "a").mkdir()
    for name, text in {
        "__init__": '"""Docstring."""\n',
        "one": "from a import two\nfrom a.three import x, y\n",
        "two": "import a.three\n",
        "three": "import os\nx = y = 1\n",
    }.items():
        (tmp_path / "a" / f"{name}.py").write_text(text, encoding="utf-8")
    figures = imports.figures_of(tmp_path / "a", "a")
    assert (figures.modules, figures.chain, figures.imports) == (4, 3, 1.0)
