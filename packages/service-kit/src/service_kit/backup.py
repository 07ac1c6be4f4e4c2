"""What every backup needs: copies of databases of one instant, metrics of trial restores."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import HttpUrl

from service_kit.clock import utc_now
from service_kit.files import sync_folder
from service_kit.settings import Settings

UNFINISHED = ".unfinished"  # what a killed backup leaves behind
NEWEST = "newest"
# A backup is made every night; one may fail.
MAX_AGE = timedelta(hours=50)
PUSH_PATH = "/api/v1/import/prometheus"
PUSH_DEADLINE_SECONDS = 60.0


class BackupError(Exception):
    """A backup, a restore or a trial of one failed; the message is for a person."""


class TrialSettings(Settings):
    """Where the results of trial restores are pushed to.

    Attributes:
        victoriametrics_url: Empty: nowhere.
        house: The label of the metric.
        backup_name: The label `backup`; empty: what kind of backup it is.
    """

    victoriametrics_url: HttpUrl | None = None
    house: str = ""
    backup_name: str = ""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it is at one instant; `target` appears whole or not at all.

    Raises:
        BackupError: There is no such database, or it is damaged; `target` is as it was.
    """
    unfinished = target.with_name(target.name + UNFINISHED)
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
    # The journal of a killed process belongs to the database that is replaced.
    target.with_name(f"{target.name}-journal").unlink(missing_ok=True)
    unfinished.replace(target)
    sync_folder(target.parent)


def chosen(generations: Sequence[Path], wanted: str) -> Path:
    """Return the wanted one of all generations, which are sorted: by its name, or the newest.

    Raises:
        BackupError: It is not there; the message lists what is.
    """
    found = generations[-1:] if wanted == NEWEST else []
    found = found or [path for path in generations if path.name == wanted]
    if not found:
        there = ", ".join(path.name for path in generations) or "none"
        message = f"there is no backup {wanted!r}; there is: {there}"
        raise BackupError(message)
    return found[0]


def check_age(name: str, at: datetime, max_age: timedelta = MAX_AGE) -> None:
    """Compare the newest backup with the clock.

    Raises:
        BackupError: It is too old to be one of the last nights.
    """
    age = utc_now() - at
    if age > max_age:
        message = f"{name} is {age.total_seconds() / 3600:.0f} hours old: backups are not made"
        raise BackupError(message)


def push_tried(settings: TrialSettings, backup: str) -> None:
    """Push that a trial begins: one that never succeeds is known by it.

    Raises:
        BackupError: VictoriaMetrics did not take it.
    """
    _push_now(settings, "backup_last_tried_timestamp_seconds", backup)


def push_verified(settings: TrialSettings, backup: str) -> None:
    """Push that a trial succeeded; the alert `BackupNotVerified` asks how long ago.

    Raises:
        BackupError: VictoriaMetrics did not take it.
    """
    _push_now(settings, "backup_last_verified_timestamp_seconds", backup)


def _push_now(settings: TrialSettings, metric: str, backup: str) -> None:
    if settings.victoriametrics_url is None:
        return
    labels = f'backup="{settings.backup_name or backup}",house="{settings.house}"'
    line = f"{metric}{{{labels}}} {time.time():.0f}\n"
    url = str(settings.victoriametrics_url).rstrip("/") + PUSH_PATH
    request = Request(url, data=line.encode(), method="POST")  # noqa: S310 - HttpUrl has checked it
    try:
        build_opener(ProxyHandler({})).open(request, timeout=PUSH_DEADLINE_SECONDS).close()
    except OSError as error:
        message = f"{url} did not take the result: {error}"
        raise BackupError(message) from None
