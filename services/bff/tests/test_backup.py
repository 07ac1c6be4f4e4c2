"""Backups of the database: whole while it is written, checked, and put back."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bff.db.backup import BackupSettings, restore, save
from bff.db.migrate import open_database
from bff.db.verify import VerifySettings, verify_bff, verify_samples
from service_kit.backup import BackupError, push_verified
from testbed.bff import Bff
from testbed.victoria_metrics import VictoriaMetrics

type StartBff = Callable[..., Bff]

NAMES = ("prices", "sums")


@pytest.fixture
def settings(tmp_path: Path) -> BackupSettings:
    return BackupSettings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'bff.db'}",
            "backup_dir": tmp_path / "backup",
            "backups_kept": 2,
        }
    )


def rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def test_a_backup_is_whole_while_the_database_is_written(settings: BackupSettings) -> None:
    """A writer that adds to two tables in one transaction: no copy sees one without the other."""
    with closing(sqlite3.connect(settings.database)) as database:
        for name in NAMES:
            database.execute(f"CREATE TABLE {name} (text)")
    ended = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(settings.database, timeout=30)) as database:
            while not ended.is_set():
                with database:
                    for name in NAMES:
                        database.execute(f"INSERT INTO {name} VALUES (?)", ("x" * 500,))  # noqa: S608

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(8):
            saved = save(settings)
            assert rows(saved, "prices") == rows(saved, "sums")
    finally:
        ended.set()
        writer.join()
    assert len(list(settings.backup_dir.iterdir())) == 2


@pytest.mark.long
def test_prices_come_back(start_bff: StartBff, settings: BackupSettings) -> None:
    """Saved from a running BFF, all lost, restored: the next BFF has the price."""
    price = {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00"}
    bff = start_bff()
    assert bff.http.post("/unit_prices", json=price).status_code == 201
    save(settings)
    bff.process.terminate()
    bff.process.wait(30)
    settings.database.write_bytes(b"lost")
    restore(settings)
    assert [row["price_per_kwh"] for row in start_bff().http.get("/unit_prices").json()] == ["31.7"]


def test_a_damaged_database_does_not_push_out_good_backups(settings: BackupSettings) -> None:
    """Nor does a damaged backup take the place of the database."""
    with closing(sqlite3.connect(settings.database)) as database, database:
        database.execute("CREATE TABLE prices (text)")
    good = save(settings)
    settings.database.write_bytes(b"this was a database once" * 1000)
    with pytest.raises(BackupError, match="file is not a database"):
        save(settings)
    assert list(settings.backup_dir.glob("bff-*.sqlite3")) == [good]
    good.write_bytes(b"this was a backup once" * 1000)
    before = settings.database.read_bytes()
    with pytest.raises(BackupError, match="file is not a database"):
        restore(settings)
    assert settings.database.read_bytes() == before


def test_what_is_not_there_is_named(settings: BackupSettings) -> None:
    """No database is made where there was none; for a wrong name the right ones are listed."""
    with pytest.raises(BackupError, match="unable to open database file"):
        save(settings)
    assert not settings.database.exists()
    with pytest.raises(BackupError, match="there is: none"):
        restore(settings)
    elsewhere = settings.model_copy(
        update={"database_url": type(settings.database_url)("postgresql://db/power")}
    )
    with pytest.raises(BackupError, match="pg_dump"):
        save(elsewhere)


def test_what_a_killed_backup_left_behind_is_removed(settings: BackupSettings) -> None:
    """A draft of an earlier backup would stay for ever: its name has an instant in it."""
    with closing(sqlite3.connect(settings.database)) as database:
        database.execute("CREATE TABLE prices (text)")
    settings.backup_dir.mkdir(parents=True)
    left = settings.backup_dir / "bff-20260101T000000.000000Z.sqlite3.unfinished"
    left.write_bytes(b"half")
    saved = save(settings)
    assert list(settings.backup_dir.iterdir()) == [saved]


@pytest.fixture
def verified(settings: BackupSettings, vm: VictoriaMetrics) -> VerifySettings:
    open_database(settings.database_url.get_secret_value()).dispose()
    return VerifySettings.model_validate(
        {
            "backup_dir": settings.backup_dir,
            "victoriametrics_url": vm.url,
            "samples_url": vm.url,
            "house": "cottage",
        }
    )


def test_a_backup_is_restored_for_a_trial(
    settings: BackupSettings, verified: VerifySettings, vm: VictoriaMetrics
) -> None:
    """The newest one, by this version's tables; the instant is pushed with the house."""
    save(settings)
    assert "0 days of the ledger" in verify_bff(verified)
    push_verified(verified, "bff")
    vm.settle()
    name = "backup_last_verified_timestamp_seconds"
    ((labels, value),) = vm.instant(name)
    assert labels == {"__name__": name, "backup": "bff", "house": "cottage"}
    assert abs(value - time.time()) < 600


def test_an_old_or_damaged_backup_is_not_verified(
    settings: BackupSettings, verified: VerifySettings
) -> None:
    """Backups that are no longer made, none at all, and a file that is not what was written."""
    with pytest.raises(BackupError, match="there is no backup"):
        verify_bff(verified)
    saved = save(settings)
    old = saved.rename(saved.with_name("bff-20260101T034700.000000Z.sqlite3"))
    with pytest.raises(BackupError, match="hours old"):
        verify_bff(verified)
    old.rename(saved)
    saved.write_bytes(saved.read_bytes()[:5_000])
    with pytest.raises(BackupError):
        verify_bff(verified)


def test_restored_samples_are_verified_by_their_age(
    verified: VerifySettings, vm: VictoriaMetrics
) -> None:
    """Of a server on restored files: none, old ones, and those of last night."""
    up = {"__name__": "switchbot_device_up", "device": "tv"}
    with pytest.raises(BackupError, match="none of the last seven days"):
        verify_samples(verified)
    vm.import_samples(up, [(time.time() - 3 * 86_400, 1.0)])
    with pytest.raises(BackupError, match="hours old"):
        verify_samples(verified)
    vm.import_samples(up, [(time.time() - 6 * 3_600, 1.0)])
    assert "samples until" in verify_samples(verified)
