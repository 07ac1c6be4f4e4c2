"""`python -m bff.db.backup save|restore|restore-days`: copy the SQLite database, and back.

Saving uses SQLite's online backup: the BFF keeps running, and the copy is of one instant.
`restore` puts all of it back; `restore-days` only the days of the ledger that are gone, or of which
less is known now. Both need the BFF stopped. PostgreSQL has its own
tools (pg_dump).
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from sqlalchemy.engine import make_url

from bff.db.stored_days import row_checksum, splits_checksum
from bff.db.tables import LedgerDay
from service_kit.backup import NEWEST, UNFINISHED, BackupError, chosen, copy_sqlite
from service_kit.clock import utc_now
from service_kit.database import DatabaseUnusableError, hold_database
from service_kit.errors import SettingsError
from service_kit.obstacles import sqlite_file
from service_kit.settings import Settings, load_settings

PATTERN = "bff-*.sqlite3"
UNFINISHED_PATTERN = f"bff-*{UNFINISHED}"
SUMS = ("measured_uwh", "estimated_uwh", "measured_ms", "estimated_ms")
DAY_COLUMNS = [column.name for column in LedgerDay.__table__.columns]
SPLIT_BYTES = 9 * 8
SELECT_SPLITS = """
    SELECT device, day_unix_ms, saved.amounts, saved.checksum, here.amounts, here.checksum
    FROM backup.ledger_splits AS saved
    LEFT JOIN main.ledger_splits AS here USING (device, day_unix_ms)
"""
INSERT_SPLITS = """
    INSERT OR REPLACE INTO main.ledger_splits (device, day_unix_ms, amounts, checksum)
    VALUES (?, ?, ?, ?)
"""


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
    copy_sqlite(settings.database, saved)
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
    wanted = chosen(sorted(settings.backup_dir.glob(PATTERN)), settings.generation)
    copy_sqlite(wanted, settings.database)
    return wanted


def restore_days(settings: BackupSettings) -> Path:
    """Put days of the ledger back that are gone, or of which less is known than before.

    Returns:
        The path of the backup.

    Raises:
        BackupError: There is no such backup, it is not of this version, or the BFF runs.
    """
    wanted = chosen(sorted(settings.backup_dir.glob(PATTERN)), settings.generation)
    try:
        with (
            hold_database(settings.database_url.get_secret_value()),
            closing(sqlite3.connect(settings.database)) as database,
            database,
        ):
            database.execute("ATTACH ? AS backup", (str(wanted),))
            _check_version(database, wanted)
            rows = list(_better_days(database))
            columns, marks = ", ".join(DAY_COLUMNS), ", ".join("?" for _ in DAY_COLUMNS)
            insert = f"INSERT OR REPLACE INTO main.ledger_days ({columns}) VALUES ({marks})"  # noqa: S608 - our names
            database.executemany(insert, rows)
            splits = list(_more_splits(database))
            database.executemany(INSERT_SPLITS, splits)
    except (DatabaseUnusableError, sqlite3.Error) as error:
        message = f"the days of {wanted.name} cannot be restored; is the BFF running? {error}"
        raise BackupError(message) from None
    sys.stdout.write(f"{len(rows)} days of the ledger are back\n")
    return wanted


def _check_version(database: sqlite3.Connection, backup: Path) -> None:
    versions = [
        database.execute(f"SELECT version_num FROM {name}.alembic_version").fetchall()  # noqa: S608
        for name in ("main", "backup")
    ]
    if versions[0] != versions[1]:
        message = f"{backup.name} has the tables of another version; restore all of it"
        raise BackupError(message)


def _better_days(database: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    """Return the days of the backup that are sound, and not there or of which less is known."""
    known = "SELECT device, day_unix_ms, measured_ms + estimated_ms FROM main.ledger_days"
    known_ms = {tuple(key): known_ms for *key, known_ms in database.execute(known)}
    query = f"SELECT {', '.join(DAY_COLUMNS)} FROM backup.ledger_days"  # noqa: S608
    for row in database.execute(query):
        day = dict(zip(DAY_COLUMNS, row, strict=True))
        key = day["device"], day["day_unix_ms"]
        sums = tuple(day[name] for name in SUMS)
        is_better = known_ms.get(key, -1) < day["measured_ms"] + day["estimated_ms"]
        checksum = row_checksum(*key, sums, day["made_from"], day["slots"])
        if is_better and checksum == day["checksum"]:
            yield row


def _more_splits(database: sqlite3.Connection) -> Iterator[tuple[str, int, bytes, int]]:
    """Return the days with splits at the edges of prices that only the backup has, with all others.

    Those of other slots are not used.
    """
    for device, day_ms, amounts, checksum, here, checksum_here in database.execute(SELECT_SPLITS):
        if checksum != splits_checksum(device, day_ms, amounts):
            continue
        is_sound = here is not None and checksum_here == splits_checksum(device, day_ms, here)
        joined = _joined(amounts, here if is_sound else b"")
        yield device, day_ms, joined, splits_checksum(device, day_ms, joined)


def _joined(earlier: bytes, later: bytes) -> bytes:
    """Return the records of both by their instants; of one instant the later record."""
    both = [
        records[start : start + SPLIT_BYTES]
        for records in (earlier, later)
        for start in range(0, len(records), SPLIT_BYTES)
    ]
    by_instant = {int.from_bytes(record[:8], "little", signed=True): record for record in both}
    return b"".join(by_instant[at_ms] for at_ms in sorted(by_instant))


ACTIONS: dict[str, Callable[[BackupSettings], Path]] = {
    "save": save,
    "restore": restore,
    "restore-days": restore_days,
}
DONE = {"save": "saved", "restore": "restored", "restore-days": "restored days of"}


def main(arguments: list[str]) -> int:
    """Run one of the actions.

    Returns:
        The exit code.
    """
    if len(arguments) != 1 or not (action := ACTIONS.get(arguments[0])):
        sys.stderr.write("python -m bff.db.backup save|restore|restore-days\n")
        return 2
    try:
        done = action(load_settings(BackupSettings))
    except (BackupError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{DONE[arguments[0]]} {done.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
