"""The import rules are those of the folders, and they find what they are for."""

import subprocess
import sys
from pathlib import Path

from home_model.sources import SOURCES
from manifests.import_rules import import_rules


def test_a_new_service_is_in_the_rules_without_being_typed_in(tmp_path: Path) -> None:
    """A folder is enough: it may import no other service, and no package may import it."""
    for folder in ("packages/some-kit/src/some_kit", "services/new-exporter/src/new_exporter"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").touch()
    written = import_rules(tmp_path, SOURCES)
    assert "root_packages =\n    some_kit\n    new_exporter\n" in written
    assert "\nmodules =\n    new_exporter\n" in written
    assert "source_modules =\n    some_kit\nforbidden_modules =\n    new_exporter\n" in written


def test_the_rules_find_an_import_that_they_forbid(tmp_path: Path) -> None:
    """A package that imports a service: `lint-imports` fails and names both."""
    for folder, text in (
        ("packages/some-kit/src/some_kit", "import new_exporter\n"),
        ("services/new-exporter/src/new_exporter", ""),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text(text, encoding="utf-8")
    text = import_rules(tmp_path, [])
    config = "\n\n".join(part for part in text.split("\n\n") if "virtual_home" not in part)
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
