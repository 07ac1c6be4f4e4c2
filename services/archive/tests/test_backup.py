"""The archive's files in a backup: only what changed is copied, damage stays where it is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from homeiot_batch.backup import BackupSettings, main, restore, save, verify
from homeiot_batch.datasets import READINGS
from homeiot_batch.errors import StorageError
from homeiot_batch.parquet_writer import Partition, Written, write_day
from homeiot_batch.transform import READINGS as COLUMNS
from homeiot_batch.transform import RowContext, archive_rows, local_day, row_schema
from service_kit.backup import BackupError
from service_kit.clock import utc_now

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 28, 15, 5, tzinfo=UTC)
YESTERDAY = utc_now().astimezone(TOKYO).date() - timedelta(days=1)
BEFORE = YESTERDAY - timedelta(days=1)
SAMPLES = pa.schema([("value", pa.float64())])


def write(settings: BackupSettings, day: date, watts: list[float]) -> Written:
    """A day of meter readings, one an hour."""
    start = local_day(day, TOKYO).start
    rows: dict[str, list] = {name: [None] * len(watts) for name in COLUMNS.names}
    rows["ts_utc"] = [start + timedelta(hours=n) for n in range(len(watts))]
    rows["instant_power_w"] = watts
    table = archive_rows(pa.table(rows, schema=COLUMNS), RowContext(day, TOKYO, NOW, "meter1"))
    return write_day(
        Partition(settings.parquet_base_dir, READINGS, day),
        [table],
        row_schema(TOKYO),
        fingerprint_columns=["ts_utc", "instant_power_w"],
    )


@pytest.fixture
def settings(tmp_path: Path) -> BackupSettings:
    made = BackupSettings(parquet_base_dir=tmp_path / "parquet", backup_dir=tmp_path / "backup")
    write(made, BEFORE, [1.0, 2.0])
    write(made, YESTERDAY, [3.0])
    day = Partition(made.parquet_base_dir, "raw_samples", YESTERDAY)
    write_day(day, [pa.table([[4.0]], SAMPLES)], SAMPLES, fingerprint_columns=["value"])
    return made


def data(base: Path, day: date) -> Path:
    return Partition(base, READINGS, day).data


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_only_days_that_changed_are_copied(settings: BackupSettings) -> None:
    """The first time all, then what came late; all of it is read in a trial."""
    assert save(settings) == "saved 3 of 3 days"
    assert save(settings) == "saved 0 of 3 days"
    write(settings, BEFORE, [1.0, 2.0, 2.5])
    assert save(settings) == "saved 1 of 3 days"
    saved = data(settings.backup_dir, BEFORE).read_bytes()
    assert saved == data(settings.parquet_base_dir, BEFORE).read_bytes()
    assert verify(settings) == f"3 days until {YESTERDAY}"


def test_lost_and_damaged_days_come_back_alone(settings: BackupSettings) -> None:
    """A day that is newer than its copy stays; afterwards the archive is as a run left it."""
    save(settings)
    data(settings.parquet_base_dir, BEFORE).unlink()
    flip_a_bit(data(settings.parquet_base_dir, YESTERDAY))
    assert restore(settings) == "restored 2 of 3 days"
    newer = write(settings, YESTERDAY, [3.0, 3.5])
    assert newer.is_new
    assert restore(settings) == "restored 0 of 3 days"
    assert not write(settings, BEFORE, [1.0, 2.0]).is_new


def test_a_damaged_day_does_not_replace_its_good_copy(settings: BackupSettings) -> None:
    """It fails the backup, which has copied all other days."""
    save(settings)
    good = data(settings.backup_dir, BEFORE).read_bytes()
    write(settings, BEFORE, [1.0, 2.0, 2.5])
    flip_a_bit(data(settings.parquet_base_dir, BEFORE))
    write(settings, YESTERDAY, [3.0, 3.5])
    with pytest.raises(StorageError, match="1 of 2 days could not be copied"):
        save(settings)
    assert data(settings.backup_dir, BEFORE).read_bytes() == good
    assert verify(settings) == f"3 days until {YESTERDAY}"


def test_damaged_old_and_missing_backups_are_not_verified(settings: BackupSettings) -> None:
    """Each is named, with what to do."""
    settings.backup_dir.mkdir()
    with pytest.raises(BackupError, match="no days"):
        verify(settings)
    save(settings)
    flip_a_bit(data(settings.backup_dir, BEFORE))
    with pytest.raises(StorageError, match="remove it"):
        verify(settings)
    data(settings.backup_dir, BEFORE).unlink()
    save(settings)
    flip_a_bit(Partition(settings.backup_dir, "raw_samples", YESTERDAY).data)
    with pytest.raises(StorageError, match="the next backup copies the day again"):
        verify(settings)


def test_backups_that_are_no_longer_made_are_not_verified(tmp_path: Path) -> None:
    """The newest day is a week old."""
    old = BackupSettings(parquet_base_dir=tmp_path / "parquet", backup_dir=tmp_path / "backup")
    write(old, YESTERDAY - timedelta(days=7), [1.0])
    save(old)
    with pytest.raises(BackupError, match="hours old"):
        verify(old)


def test_the_command_ends_with_what_became_of_it(
    settings: BackupSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0, 1 with the reason, 2 for a wrong call."""
    monkeypatch.setenv("PARQUET_BASE_DIR", str(settings.parquet_base_dir))
    monkeypatch.setenv("BACKUP_DIR", str(settings.backup_dir))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert [main(["save"]), main(["verify"]), main(["restore"]), main([])] == [0, 0, 0, 2]
    assert f"verified 3 days until {YESTERDAY}" in capsys.readouterr().out
    flip_a_bit(data(settings.backup_dir, BEFORE))
    assert main(["verify"]) == 1
    assert "is damaged" in capsys.readouterr().err
