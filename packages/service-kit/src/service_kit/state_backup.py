"""Backups of the folder that a service keeps its state in (STATE_DIR): save, restore, verify.

A generation is a folder called by its instant, whole or not there. Databases are copied by SQLite's
online backup and checked; every other file is replaced as a whole by its writer, so that a copy is
one version of it. The service may run while its state is saved, not while it is restored.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Annotated

from pydantic import Field

from service_kit.backup import (
    NEWEST,
    UNFINISHED,
    BackupError,
    TrialSettings,
    check_age,
    chosen,
    copy_sqlite,
    push_tried,
    push_verified,
)
from service_kit.clock import utc_now
from service_kit.errors import CannotStartError
from service_kit.files import DRAFT_SUFFIX, InUseError, only_writer, sync_folder, write_atomically
from service_kit.settings import load_settings

NAME_FORMAT = "%Y%m%dT%H%M%S.%fZ"
SQLITE_SUFFIXES = {".db", ".sqlite3"}
LOCK_SUFFIX = ".lock"
# Of the process that runs now: locks, drafts, and the journal of a transaction.
NOT_SAVED = (LOCK_SUFFIX, DRAFT_SUFFIX, "-journal", UNFINISHED)
ACTIONS = ("save", "restore", "verify")
WRONG_CALL = 2

# What looks at a restored folder and returns what is in it; a BackupError if it cannot be used.
type Check = Callable[[Path], str]


class StateBackupSettings(TrialSettings):
    """The folder of the state, that of its backups, how many are kept, and which is restored."""

    state_dir: Path
    backup_dir: Path
    backups_kept: Annotated[int, Field(ge=1)] = 14
    generation: str = NEWEST


def save(settings: StateBackupSettings) -> Path:
    """Write a new generation, then delete those beyond `backups_kept`.

    Returns:
        Its folder.

    Raises:
        BackupError: A database is damaged; old generations stay then.
    """
    settings.backup_dir.mkdir(parents=True, exist_ok=True)
    for left in settings.backup_dir.glob(f"*{UNFINISHED}"):
        rmtree(left)
    saved = settings.backup_dir / utc_now().strftime(NAME_FORMAT)
    draft = saved.with_name(saved.name + UNFINISHED)
    draft.mkdir()
    _copy_files(settings.state_dir, draft)
    draft.replace(saved)
    sync_folder(settings.backup_dir)
    for old in _generations(settings)[: -settings.backups_kept]:
        rmtree(old)
    return saved


def restore(settings: StateBackupSettings) -> Path:
    """Put every file of a generation back; files that it does not have stay.

    Returns:
        The folder of the generation.

    Raises:
        BackupError: There is no such generation, or the service runs.
    """
    wanted = chosen(_generations(settings), settings.generation)
    with ExitStack() as held:
        try:
            for lock in sorted(settings.state_dir.glob(f"*{LOCK_SUFFIX}")):
                held.enter_context(only_writer(lock.with_suffix("")))
        except InUseError as error:
            message = f"stop the service first: {error}"
            raise BackupError(message) from None
        _copy_files(wanted, settings.state_dir)
    return wanted


def verify(settings: StateBackupSettings, check: Check) -> str:
    """Restore the newest generation into a scratch folder and look at it.

    Returns:
        What was found.

    Raises:
        BackupError: There is none, it is too old, or it cannot be used.
    """
    with TemporaryDirectory() as folder:
        scratch = {"state_dir": Path(folder), "generation": NEWEST}
        name = restore(settings.model_copy(update=scratch)).name
        check_age(name, datetime.strptime(name, NAME_FORMAT).replace(tzinfo=UTC))
        return f"{name}, {check(Path(folder))}"


def _generations(settings: StateBackupSettings) -> list[Path]:
    return sorted(p for p in settings.backup_dir.glob("*Z") if p.is_dir())


def _saved_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.endswith(NOT_SAVED):
            yield path


def _copy_files(source: Path, target: Path) -> None:
    for path in _saved_files(source):
        if path.suffix in SQLITE_SUFFIXES:
            copy_sqlite(path, target / path.name)
        else:
            write_atomically(target / path.name, path.read_bytes())


def run_action(settings: StateBackupSettings, action: str, check: Check) -> str:
    """Save, restore or verify.

    Returns:
        What was done.

    Raises:
        BackupError: It failed.
    """
    match action:
        case "save":
            return f"saved {save(settings).name}"
        case "restore":
            return f"restored {restore(settings).name}"
        case _:
            push_tried(settings, "state")
            found = verify(settings, check)
            push_verified(settings, "state")
            return f"verified {found}"


def main(action: str, check: Check) -> int:
    """Run one of the ACTIONS with the settings of the environment.

    Returns:
        The exit code.
    """
    if action not in ACTIONS:
        sys.stderr.write(f"--backup {'|'.join(ACTIONS)}\n")
        return WRONG_CALL
    try:
        done = run_action(load_settings(StateBackupSettings), action, check)
    except (BackupError, OSError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0
