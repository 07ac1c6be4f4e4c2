"""Counters of an exporter in a backup: what this version reads, and what it refuses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter_kit.energy.store import (
    check_state,
    load_counters,
    state_document,
    write_initial_counters,
)
from service_kit.backup import BackupError
from service_kit.state_backup import StateBackupSettings, restore, save, verify

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOTALS = {("kettle", "native"): 8.3, ("server", "native"): 412.7}


@pytest.fixture
def settings(tmp_path: Path) -> StateBackupSettings:
    state = tmp_path / "state"
    write_initial_counters(state, "x", TOTALS, NOW)
    (state / "x.session.json").write_text('["without a checksum"]')
    return StateBackupSettings(state_dir=state, backup_dir=tmp_path / "backup")


def test_counters_come_back(settings: StateBackupSettings) -> None:
    """Saved, lost, restored: the exporter goes on where it was."""
    save(settings)
    assert "2 documents, 2 counters" in verify(settings, check_state)
    document = state_document(settings.state_dir, "x")
    document.path.unlink()
    restore(settings)
    counters = load_counters(document, NOW)
    totals = {key: metered.counter.total_kwh for key, metered in counters.items()}
    assert totals == pytest.approx(TOTALS)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("x.state.json", lambda text: text.replace("server", "sorver")),
        ("x.state.json", lambda text: text.replace('"version": 1', '"version": 2')),
        ("x.session.json", lambda text: text[:-1]),
    ],
)
def test_a_damaged_document_is_not_verified(
    settings: StateBackupSettings, file: str, change: object
) -> None:
    """Changed, of another version, cut off."""
    assert callable(change)
    path = save(settings) / file
    path.write_text(str(change(path.read_text())))
    with pytest.raises(BackupError, match="cannot be used"):
        verify(settings, check_state)
