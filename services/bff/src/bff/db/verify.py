"""`python -m bff.db.verify bff|samples|postgresql`: can the newest backup be restored from?

A backup of the BFF is restored beside the database, brought to the tables of this version and read
to its end; of VictoriaMetrics' samples and of PostgreSQL a scratch server is asked that was started
on restored files. The instant of a success is pushed to VictoriaMetrics; the alert
`BackupNotVerified` asks how old it is.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import HttpUrl, SecretStr
from sqlalchemy import select

from bff.db.backup import BackupSettings, restore
from bff.db.engine import read_session
from bff.db.migrate import open_database
from bff.db.stored_days import row_checksum
from bff.db.tables import LedgerDay
from bff.victoriametrics.backup_check import ServerError, fetch_newest_sample
from service_kit.backup import (
    BackupError,
    TrialSettings,
    check_age,
    push_tried,
    push_verified,
)
from service_kit.errors import CannotStartError, SettingsError
from service_kit.settings import load_settings

NAME_FORMAT = "bff-%Y%m%dT%H%M%S.%fZ.sqlite3"


class VerifySettings(TrialSettings):
    """What is verified.

    Attributes:
        backup_dir: Of the BFF's backups.
        samples_url: Of the scratch server of samples.
        database_url: Of the scratch server of PostgreSQL.
    """

    backup_dir: Path = Path("/backup")
    samples_url: HttpUrl = HttpUrl("http://127.0.0.1:8429")
    database_url: SecretStr = SecretStr("postgresql+psycopg://power@127.0.0.1:5432/power")


def verify_bff(settings: VerifySettings) -> str:
    """Restore the newest backup into a scratch folder and read all of it.

    Returns:
        What was found.

    Raises:
        BackupError: There is none, it is too old, or something of it is damaged.
        DatabaseUnusableError: This version cannot use it.
    """
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bff.sqlite3"
        scratch = BackupSettings(database_url=SecretStr(url), backup_dir=settings.backup_dir)
        name = restore(scratch).name
        check_age(name, datetime.strptime(name, NAME_FORMAT).replace(tzinfo=UTC))
        return f"{name}, {_read_days(url, name)} days of the ledger"


def verify_postgresql(settings: VerifySettings) -> str:
    """Read the database of a scratch server into which the newest dump was restored.

    Returns:
        What was found.

    Raises:
        BackupError: Something of it is damaged.
        DatabaseUnusableError: This version cannot use it.
    """
    days = _read_days(settings.database_url.get_secret_value(), "the dump of PostgreSQL")
    return f"the dump of PostgreSQL, {days} days of the ledger"


def _read_days(url: str, name: str) -> int:
    """Count the days of the ledger, each by its checksum."""
    engine = open_database(url)
    try:
        with read_session(engine) as session:
            days = list(session.scalars(select(LedgerDay)))
    finally:
        engine.dispose()
    if damaged := [day for day in days if not _is_sound(day)]:
        first = damaged[0]
        message = f"{name}: {len(damaged)} days are damaged, the first is of {first.device}"
        raise BackupError(message)
    return len(days)


def _is_sound(day: LedgerDay) -> bool:
    amounts = (day.measured_uwh, day.estimated_uwh, day.measured_ms, day.estimated_ms)
    computed = row_checksum(day.device, day.day_unix_ms, amounts, day.made_from, day.slots)
    return computed == day.checksum


def verify_samples(settings: VerifySettings) -> str:
    """Ask the scratch server how new its newest sample is.

    Returns:
        What was found.

    Raises:
        BackupError: It has no samples, or only old ones.
        ServerError: It does not start.
    """
    newest = fetch_newest_sample(str(settings.samples_url))
    if newest is None:
        message = "the backup of the samples has none of the last seven days"
        raise BackupError(message)
    check_age("the backup of the samples", newest)
    return f"samples until {newest:%Y-%m-%d %H:%M} UTC"


CHECKS: dict[str, Callable[[VerifySettings], str]] = {
    "bff": verify_bff,
    "samples": verify_samples,
    "postgresql": verify_postgresql,
}


def main(arguments: list[str]) -> int:
    """Verify one kind of backup.

    Returns:
        The exit code.
    """
    if len(arguments) != 1 or not (check := CHECKS.get(arguments[0])):
        sys.stderr.write("python -m bff.db.verify bff|samples|postgresql\n")
        return 2
    try:
        settings = load_settings(VerifySettings)
        push_tried(settings, arguments[0])
        found = check(settings)
        push_verified(settings, arguments[0])
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (BackupError, CannotStartError, OSError, ValueError, ServerError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"verified {found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
