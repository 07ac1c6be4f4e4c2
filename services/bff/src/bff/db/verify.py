"""`python -m bff.db.verify bff|samples`: is the newest backup one that can be restored from?

A backup of the BFF is restored beside the database, brought to the tables of this version and read
to its end; of VictoriaMetrics' samples a scratch server is asked that was started on restored
files. The instant of a success is pushed to VictoriaMetrics; the alert `BackupNotVerified` asks how
old it is.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import HttpUrl, SecretStr
from sqlalchemy import select

from bff.db.backup import BackupError, BackupSettings, restore
from bff.db.checksums import row_checksum
from bff.db.engine import read_session
from bff.db.migrate import open_database
from bff.db.tables import LedgerDay
from bff.victoriametrics.backup_check import ServerError, fetch_newest_sample, push_line
from service_kit.clock import utc_now
from service_kit.errors import CannotStartError, SettingsError
from service_kit.settings import Settings, load_settings

# A backup is made every night; one may fail.
MAX_AGE = timedelta(hours=50)
NAME_FORMAT = "bff-%Y%m%dT%H%M%S.%fZ.sqlite3"


class VerifySettings(Settings):
    """Where a success is pushed to, and what is verified.

    Attributes:
        victoriametrics_url: Empty: nowhere.
        house: The label of the metric.
        backup_dir: Of the BFF's backups.
        samples_url: Of the scratch server.
    """

    victoriametrics_url: HttpUrl | None = None
    house: str = ""
    backup_dir: Path = Path("/backup")
    samples_url: HttpUrl = HttpUrl("http://127.0.0.1:8429")


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
        _check_age(name, datetime.strptime(name, NAME_FORMAT).replace(tzinfo=UTC))
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
    return f"{name}, {len(days)} days of the ledger"


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
    _check_age("the backup of the samples", newest)
    return f"samples until {newest:%Y-%m-%d %H:%M} UTC"


def _check_age(name: str, at: datetime) -> None:
    age = utc_now() - at
    if age > MAX_AGE:
        message = f"{name} is {age.total_seconds() / 3600:.0f} hours old: backups are not made"
        raise BackupError(message)


def push_success(settings: VerifySettings, backup: str) -> None:
    """Push the instant of a success."""
    if settings.victoriametrics_url is not None:
        labels = f'backup="{backup}",house="{settings.house}"'
        line = f"backup_last_verified_timestamp_seconds{{{labels}}} {time.time():.0f}\n"
        push_line(str(settings.victoriametrics_url), line)


CHECKS: dict[str, Callable[[VerifySettings], str]] = {
    "bff": verify_bff,
    "samples": verify_samples,
}


def main(arguments: list[str]) -> int:
    """Verify one kind of backup.

    Returns:
        The exit code.
    """
    if len(arguments) != 1 or not (check := CHECKS.get(arguments[0])):
        sys.stderr.write("python -m bff.db.verify bff|samples\n")
        return 2
    try:
        settings = load_settings(VerifySettings)
        found = check(settings)
        push_success(settings, arguments[0])
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
