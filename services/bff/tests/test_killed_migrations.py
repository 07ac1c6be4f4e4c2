"""`kill -9` at each statement of the migrations: the old database or the new one, never between."""

import subprocess
import sys
from pathlib import Path

# Forks, which a process with threads must not do.
PROGRAM = """
import os, shutil, signal, sqlite3, sys
from contextlib import closing
from pathlib import Path
from alembic import command
from sqlalchemy import event
from sqlalchemy.engine import Engine
from bff.db.migrate import MIGRATIONS, open_database
from service_kit.database import _config, open_engine, serialised

folder = Path(sys.argv[1])
old, new = folder / "old.db", folder / "bff.db"
engine = open_engine(f"sqlite:///{old}")
with serialised(engine).begin() as connection:
    config = _config(MIGRATIONS)
    config.attributes["connection"] = connection
    config.attributes["version_table"] = MIGRATIONS.version_table
    command.upgrade(config, "0001")
    connection.exec_driver_sql(
        "INSERT INTO unit_prices (price_per_kwh_millionths, currency, valid_from_unix_ms, note)"
        " VALUES (31700001, 'JPY', 0, 'kept')"
    )
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
    open_database(f"sqlite:///{new}").dispose()
    os._exit(0)


PRICES = "SELECT price_per_kwh_millionths, note FROM unit_prices"
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
    assert select(PRICES) == [(31700001, "kept")]
    if code and kills % 10 == 0:
        open_database(f"sqlite:///{new}").dispose()
        assert select(PRICES) == [(31700001, "kept")]
print(kills)
"""


def test_a_killed_migration_leaves_the_old_database(tmp_path: Path) -> None:
    """At every statement; the next start brings it to the version of this code."""
    done = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
