"""`python -m bff.db.backup save|restore`: copy the SQLite database at one instant, and back.

Saving uses SQLite's online backup: the BFF keeps running, and the copy is consistent. Restoring
needs the BFF stopped. PostgreSQL has its own tools (pg_dump).
"""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from sqlalchemy.engine import make_url

from bff.db.engine import sqlite_file
from service_kit.clock import utc_now
from service_kit.errors import SettingsError
from service_kit.files import sync_folder
from service_kit.settings import Settings, load_settings

PATTERN = "bff-*.sqlite3"
# What a killed backup leaves behind.
UNFINISHED_PATTERN = "bff-*.unfinished"
NEWEST = "newest"


class BackupError(Exception):
    """A backup or restore failed; the message is for a person."""


class BackupSettings(Settings):
    """The database, the folder of its backups, how many to keep, and which one to restore."""

    database_url: SecretStr
    backup_dir: Path
    backups_kept: Annotated[int, Field(ge=1)] = 30
    generation: str = NEWEST

    @property
    def database(self) -> Path:
        """The SQLite file of DATABASE_URL.

        Raises:
            BackupError: DATABASE_URL is not an SQLite file.
        """
        path = sqlite_file(make_url(self.database_url.get_secret_value()))
        if path is None:
            message = "DATABASE_URL is not an SQLite file; PostgreSQL is saved with pg_dump"
            raise BackupError(message)
        return path


def save(settings: BackupSettings) -> Path:
    """Write a new backup, then delete those beyond `backups_kept`.

    Returns:
        The path of the new backup.

    Raises:
        BackupError: There is no database, or the copy is not sound; old backups stay then.
    """
    settings.backup_dir.mkdir(parents=True, exist_ok=True)
    for left in settings.backup_dir.glob(UNFINISHED_PATTERN):
        left.unlink()
    name = f"bff-{utc_now():%Y%m%dT%H%M%S.%fZ}.sqlite3"
    saved = settings.backup_dir / name
    _copy(settings.database, saved)
    for old in sorted(settings.backup_dir.glob(PATTERN))[: -settings.backups_kept]:
        old.unlink()
    return saved


def restore(settings: BackupSettings) -> Path:
    """Replace the database with a backup.

    Returns:
        The path of the backup.

    Raises:
        BackupError: There is no such backup, or it is not sound; the database stays then.
    """
    found = sorted(settings.backup_dir.glob(PATTERN))
    wanted = found[-1:] if settings.generation == NEWEST else []
    wanted = wanted or [path for path in found if path.name == settings.generation]
    if not wanted:
        there = ", ".join(path.name for path in found) or "none"
        message = f"there is no backup {settings.generation!r}; there is: {there}"
        raise BackupError(message)
    _copy(wanted[0], settings.database)
    return wanted[0]


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it is at one instant; `target` appears whole or not at all."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(unfinished)) as new,
        ):
            old.backup(new)
            if (verdict := new.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                message = f"{source} is damaged: {verdict}"
                raise BackupError(message)
    except sqlite3.Error as error:
        message = f"{source} cannot be copied: {error}"
        raise BackupError(message) from None
    # The journal of a killed BFF belongs to the database that is replaced.
    target.with_name(f"{target.name}-journal").unlink(missing_ok=True)
    unfinished.replace(target)
    sync_folder(target.parent)


ACTIONS: dict[str, Callable[[BackupSettings], Path]] = {"save": save, "restore": restore}


def main(arguments: list[str]) -> int:
    """Run `save` or `restore`.

    Returns:
        The exit code.
    """
    if len(arguments) != 1 or not (action := ACTIONS.get(arguments[0])):
        sys.stderr.write("python -m bff.db.backup save|restore\n")
        return 2
    try:
        done = action(load_settings(BackupSettings))
    except (BackupError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{arguments[0]}d {done.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
