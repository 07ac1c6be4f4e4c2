"""Runs dbt as a process of its own, after DuckDB is closed: it opens the same file."""

import logging
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from homeiot_batch.config import Settings
from homeiot_batch.errors import ConfigurationError, DbtError

LOG = logging.getLogger(__name__)
PROFILES = "profiles.yml"
KEPT = ("HOME", "LANG", "PATH", "TZ")  # no secret goes to dbt


def run_dbt(settings: Settings) -> None:
    """Build and test all models.

    Raises:
        ConfigurationError: dbt or its project is not installed.
        DbtError: A model or a test failed.
    """
    executable, project = shutil.which(settings.dbt_executable), settings.dbt_project_dir
    if executable is None or not (project / "dbt_project.yml").exists():
        message = f"dbt cannot run: DBT_EXECUTABLE is {settings.dbt_executable}, DBT_PROJECT_DIR "
        message += f"is {project}"
        raise ConfigurationError(message)
    with tempfile.TemporaryDirectory(prefix="dbt-") as scratch:
        profiles = project / PROFILES
        shutil.copy(
            profiles if profiles.exists() else project / f"{PROFILES}.example",
            f"{scratch}/{PROFILES}",
        )
        found = subprocess.run(  # noqa: S603 - the settings name the program
            [executable, "build", "--project-dir", project, "--profiles-dir", scratch],
            env=_environment(settings, Path(scratch)),
            capture_output=True,
            text=True,
            check=False,
        )
    for line in found.stdout.splitlines():
        LOG.info("dbt: %s", line)
    if found.returncode:
        message = (
            f"dbt build ended with {found.returncode}: {(found.stdout + found.stderr)[-2000:]}"
        )
        raise DbtError(message)


def _environment(settings: Settings, scratch: Path) -> dict[str, str]:
    """Return what dbt needs: where DuckDB is, and folders that it may write."""
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "DUCKDB_PATH": str(settings.duckdb_path),
        "HOUSE_TIME_ZONE": settings.tz,
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
