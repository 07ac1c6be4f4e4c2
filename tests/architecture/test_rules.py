"""The import rules are those of the folders, and they find what they are for."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from imports import ROOT
from rules import rules


def test_the_committed_rules_are_up_to_date() -> None:
    """Else: `python tests/architecture/rules.py > .importlinter`."""
    assert (ROOT / ".importlinter").read_text(encoding="utf-8") == rules()


def test_a_new_service_is_in_the_rules_without_being_typed_in(tmp_path: Path) -> None:
    """A folder is enough: it may import no other service, and no package may import it."""
    for folder in ("packages/some-kit/src/some_kit", "services/new-exporter/src/new_exporter"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").touch()
    written = rules(tmp_path)
    assert "root_packages =\n    some_kit\n    new_exporter\n" in written
    assert "modules =\n    new_exporter\n" in written
    assert "source_modules =\n    some_kit\n\nforbidden_modules =\n    new_exporter\n" in written


def test_the_rules_find_an_import_that_they_forbid(tmp_path: Path) -> None:
    """A package that imports a service: `lint-imports` fails and names both."""
    for folder, text in (
        ("packages/some-kit/src/some_kit", "import new_exporter\n"),
        ("services/new-exporter/src/new_exporter", ""),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text(text, encoding="utf-8")
    config = "".join(
        section
        for section in _sections(rules(tmp_path))
        if "bff" not in section and "prometheus" not in section
    )
    (tmp_path / ".importlinter").write_text(config, encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={
            "PYTHONPATH": f"{tmp_path}/packages/some-kit/src:{tmp_path}/services/new-exporter/src",
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "some_kit is not allowed to import new_exporter" in done.stdout


def _sections(text: str) -> list[str]:
    return [f"[{section}" for section in text.split("\n[")[0:] if section]
