"""`python -m homeiot_batch.backup save|restore|verify`: the Parquet files, in a folder elsewhere.

Saving copies the days that changed. Restoring brings back days that are lost or damaged, and
leaves all others as they are. DuckDB's file is made of them: the next run loads what it lacks.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from homeiot_batch import duckdb_writer
from homeiot_batch.config import Settings, duckdb_options
from homeiot_batch.datasets import READINGS
from homeiot_batch.errors import ArchiveError, StorageError
from homeiot_batch.lock import single_run
from homeiot_batch.parquet_writer import (
    Manifest,
    Partition,
    archived_datasets,
    copy_day,
    is_intact,
    read_back,
    read_manifest,
)
from homeiot_batch.transform import local_day
from service_kit.backup import BackupError, TrialSettings, check_age, push_tried, push_verified
from service_kit.errors import SettingsError
from service_kit.settings import load_settings

WRONG_CALL = 2


class BackupSettings(Settings, TrialSettings):
    """The archive, and the folder of its backup."""

    backup_dir: Path


def save(settings: BackupSettings) -> str:
    """Copy every day that the backup does not have as it is now.

    Returns:
        What was done.

    Raises:
        StorageError: Days are damaged; their old copies and all other days are in the backup.
    """
    days = archived_datasets(settings.parquet_base_dir)
    changed = [day for day in days if not _is_saved(day, settings.backup_dir)]
    return f"saved {_copied(changed, settings.backup_dir)} of {len(days)} days"


def restore(settings: BackupSettings) -> str:
    """Copy every day of the backup that the archive has lost, or has not undamaged.

    Returns:
        What was done.

    Raises:
        StorageError: Days of the backup are damaged; all others are back.
        AlreadyRunningError: A run of the archive works on the folder.
    """
    days = archived_datasets(settings.backup_dir)
    with single_run(settings.parquet_base_dir):
        lost = [day for day in days if not _is_sound(_in(settings.parquet_base_dir, day))]
        return f"restored {_copied(lost, settings.parquet_base_dir)} of {len(days)} days"


def verify(settings: BackupSettings) -> str:
    """Read all of the backup, and load its meter readings into a scratch database.

    Returns:
        What was found.

    Raises:
        BackupError: There are no days, or only old ones.
        StorageError: A day is damaged.
    """
    days = archived_datasets(settings.backup_dir)
    readings = [day for day in days if day.dataset == READINGS]
    if not readings:
        message = f"{settings.backup_dir} has no days of {READINGS}"
        raise BackupError(message)
    with TemporaryDirectory() as folder:
        options = replace(duckdb_options(settings), path=Path(folder) / "scratch.duckdb")
        with duckdb_writer.opened(options) as scratch:
            for day in readings:
                duckdb_writer.load_day(scratch, day, _sound_manifest(day), settings.zone)
    for day in days:
        read_back(day.data, _sound_manifest(day).rows)
    newest = readings[-1].day
    check_age(f"the newest day of the backup, {newest}", local_day(newest, settings.zone).end)
    return f"{len(days)} days until {newest}"


def _in(base: Path, day: Partition) -> Partition:
    return replace(day, base=base)


def _is_saved(day: Partition, backup: Path) -> bool:
    """Compare by manifest and size: `verify` has the weekly look at every byte."""
    saved = _in(backup, day)
    manifest = read_manifest(saved)
    is_there = manifest is not None and saved.data.exists()
    return is_there and manifest == read_manifest(day) and _has_size(saved, manifest)


def _has_size(day: Partition, manifest: Manifest) -> bool:
    return day.data.stat().st_size == manifest.bytes


def _is_sound(day: Partition) -> bool:
    manifest = read_manifest(day)
    return manifest is not None and is_intact(day, manifest)


def _sound_manifest(day: Partition) -> Manifest:
    manifest = read_manifest(day)
    if manifest is None or not is_intact(day, manifest):
        message = f"{day.data} is damaged: remove it, and the next backup copies the day again"
        raise StorageError(message)
    return manifest


def _copied(days: list[Partition], base: Path) -> int:
    """Copy days; a damaged one keeps nothing else from being copied."""
    errors: list[StorageError] = []
    for day in days:
        try:
            copy_day(day, _in(base, day))
        except StorageError as error:
            errors.append(error)
    if errors:
        message = f"{len(errors)} of {len(days)} days could not be copied; the first: {errors[0]}"
        raise StorageError(message)
    return len(days)


def _tried(settings: BackupSettings) -> str:
    push_tried(settings, "archive")
    found = verify(settings)
    push_verified(settings, "archive")
    return f"verified {found}"


ACTIONS: dict[str, Callable[[BackupSettings], str]] = {
    "save": save,
    "restore": restore,
    "verify": _tried,
}


def main(arguments: list[str]) -> int:
    """Run one of the actions.

    Returns:
        The exit code.
    """
    if len(arguments) != 1 or not (action := ACTIONS.get(arguments[0])):
        sys.stderr.write("python -m homeiot_batch.backup save|restore|verify\n")
        return WRONG_CALL
    try:
        done = action(load_settings(BackupSettings))
    except (ArchiveError, BackupError, OSError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
