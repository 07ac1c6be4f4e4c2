"""`kill -9` at each statement of the migrations: the old database or the new one, never between."""

import subprocess
import sys
from pathlib import Path

import pytest

# Forks, which a process with threads must not do.
PROGRAM = """
import importlib, os, shutil, signal, sqlite3, sys
from contextlib import closing
from pathlib import Path
from alembic import command
from sqlalchemy import event
from sqlalchemy.engine import Engine
from service_kit.database import _config, open_database, open_engine, serialised

folder, module, kept, query = Path(sys.argv[1]), *sys.argv[2:]
MIGRATIONS = importlib.import_module(module).MIGRATIONS
old, new = folder / "old.db", folder / "new.db"
engine = open_engine(f"sqlite:///{old}")
with serialised(engine).begin() as connection:
    config = _config(MIGRATIONS)
    config.attributes["connection"] = connection
    config.attributes["version_table"] = MIGRATIONS.version_table
    command.upgrade(config, "0001")
    connection.exec_driver_sql(kept)
    rows = connection.exec_driver_sql(query).fetchall()
    assert len(rows) == 1
engine.dispose()


def select(query):
    with closing(sqlite3.connect(new)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return database.execute(query).fetchall()


def migrate(kill_at):
    statements = 0

    def count(*_):
        nonlocal statements
        statements += 1
        if statements == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    open_database(f"sqlite:///{new}", MIGRATIONS).dispose()
    os._exit(0)


kills, code = 0, None
while code != 0:
    shutil.copy(old, new)
    kills += 1
    if (pid := os.fork()) == 0:
        migrate(kills)
    code = os.waitpid(pid, 0)[1]
    assert code in (0, signal.SIGKILL), code
    (version,) = select(f"SELECT version_num FROM {MIGRATIONS.version_table}")
    assert (version == ("0001",)) is (code != 0), (kills, version)
    assert select(query) == rows
    if code and kills % 10 == 0:
        open_database(f"sqlite:///{new}", MIGRATIONS).dispose()
        assert select(query) == rows
print(kills)
"""


SERVICES = {
    "bff": (
        "bff.db.migrate",
        (
            "INSERT INTO unit_prices (price_per_kwh_millionths, currency, valid_from_unix_ms, note)"
            " VALUES (31700001, 'JPY', 0, 'kept')"
        ),
        "SELECT price_per_kwh_millionths, note FROM unit_prices",
        30,
    ),
    "measurements": (
        "measurements.wiring",
        (
            "INSERT INTO device_measurements (device_id, recorded_at, received_at, payload)"
            " VALUES ('esp32', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:01.000000', '{}')"
        ),
        "SELECT device_id, recorded_at, payload FROM device_measurements",
        5,
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_migration_leaves_the_old_database(tmp_path: Path, service: str) -> None:
    """At every statement; the next start brings it to the version of this code."""
    module, kept, query, least_kills = SERVICES[service]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), module, kept, query],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > least_kills
