"""Backups of the measurements: saved beside the running service, tried, brought back."""

from pathlib import Path

import pytest
from board_service import Running, measured

from measurements.backup import DATABASE, check_database
from service_kit.backup import BackupError
from service_kit.state_backup import StateBackupSettings, save, verify

# PostgreSQL has pg_dump.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(service: Running, tmp_path: Path) -> StateBackupSettings:
    assert Path(service.services.engine.url.database or "") == tmp_path / DATABASE
    return StateBackupSettings(state_dir=tmp_path, backup_dir=tmp_path / "backup")


def test_what_a_running_service_keeps_is_saved(
    service: Running, settings: StateBackupSettings
) -> None:
    """Three measurements, as rows for which the boards got an answer."""
    service.post([measured(), measured(60), measured(120)])
    save(settings)
    found = verify(settings, check_database)
    assert int(found.split(", ")[1].removesuffix(" rows")) >= len(service.stored()) == 3


def test_a_backup_without_measurements_is_none(settings: StateBackupSettings) -> None:
    """Of a volume that was mixed up."""
    (save(settings) / DATABASE).unlink()
    with pytest.raises(BackupError, match=f"no {DATABASE}"):
        verify(settings, check_database)
