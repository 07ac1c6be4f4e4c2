"""The cluster overlay's dump of PostgreSQL and its trial, by the CronJobs' own commands."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, text

from bff.db.migrate import open_database
from bff.db.stored_days import pack_day
from bff.db.tables import LedgerDay
from bff.energy import QUANTITIES
from bff.ledger.archive import NOTHING
from bff.ledger.sample_counts import StoredDay
from bff.ledger.store import day_row
from manifests.build import ROOT, built
from manifests.objects import Object, workloads
from testbed.postgresql import find_program, postgresql

DAY_MS = 1_767_225_600_000


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL with the database of the manifests, and a folder for its dumps."""

    url: str
    backup: Path

    @property
    def port(self) -> str:
        """Of the server."""
        return self.url.rpartition(":")[2]

    def administer(self, *statements: str) -> None:
        """Run statements beside the database."""
        engine = create_engine(f"{self.url}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def run(self, container: Object, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a container's script, with the folder and the port of this machine."""
        program = find_program("pg_dump")
        assert program
        places = {"/backup": str(self.backup), "python": sys.executable}
        words = [*container["command"], *container.get("args", ())]
        for there, here in places.items():
            words = [word.replace(there, here) for word in words]
        path = f"{Path(program).parent}:{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "PGPORT": self.port, **env}
        return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if not find_program("pg_dump"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    with postgresql() as url:
        made = Server(url.removesuffix("/postgres"), tmp_path)
        made.administer("CREATE DATABASE power")
        yield made


def write_day(url: str) -> None:
    """A day of the ledger whose samples are in no VictoriaMetrics."""
    stored = StoredDay("5fd2ab01 cloud=1440", counts_left="")
    row = day_row(("server", DAY_MS), stored, [0] * QUANTITIES, pack_day(NOTHING))
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(insert(LedgerDay), [row])
    engine.dispose()


def container(cronjob: str, name: str) -> Object:
    cluster = built(ROOT / "k8s" / "overlays" / "cluster")
    (job,) = [w for w in workloads(cluster) if w.name == cronjob]
    (found,) = [each for each in job.containers if each["name"] == name]
    return found


@pytest.mark.long
def test_a_dump_is_restored_for_a_trial(server: Server) -> None:
    """Saved, all lost, restored into an empty database, each day of the ledger read."""
    url = f"{server.url}/power"
    write_day(url)
    there = url.replace("+psycopg", "")
    saved = server.run(container("postgresql-backup", "save"), SERVER=there)
    assert saved.returncode == 0, saved.stderr
    restore = container("postgresql-backup-check", "restore")
    verify = container("postgresql-backup-check", "verify")

    server.administer("DROP DATABASE power", "CREATE DATABASE power")
    restored = server.run(restore)
    assert restored.returncode == 0, restored.stderr
    tried = server.run(verify, DATABASE_URL=url)
    assert (tried.returncode, "1 days of the ledger" in tried.stdout) == (0, True), tried.stderr

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_days SET measured_uwh = measured_uwh + 1"))
    engine.dispose()
    tried = server.run(verify, DATABASE_URL=url)
    assert (tried.returncode, "1 days are damaged" in tried.stderr) == (1, True)


@pytest.mark.long
def test_an_old_dump_fails_the_trial(server: Server) -> None:
    """None of the last fifty hours: a backup that is no longer made is found at the latest so."""
    restore = container("postgresql-backup-check", "restore")
    dump = server.backup / "power-1.dump"
    dump.write_bytes(b"PGDMP")
    sixty_hours_ago = time.time() - 60 * 3_600
    os.utime(dump, (sixty_hours_ago, sixty_hours_ago))
    old = server.run(restore)
    assert (old.returncode, "backups are not made" in old.stderr) == (1, True)
    os.utime(dump)
    damaged = server.run(restore)
    assert damaged.returncode != 0
