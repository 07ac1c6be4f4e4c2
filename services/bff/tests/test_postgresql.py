"""The same tables and rules on a real PostgreSQL, as k8s/overlays/cluster runs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.bff import Bff
from testbed.process import free_port

type StartBff = Callable[..., Bff]

PRICE = {"price_per_kwh": "31.7", "valid_from": "2026-01-01T00:00:00+09:00"}


def program(name: str) -> str | None:
    """Of the newest PostgreSQL here; Debian keeps its programs off PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A server of this test's own; PostgreSQL refuses to run as root."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("there is no PostgreSQL here (apt install postgresql)")
    folder, port = Path(tempfile.mkdtemp(prefix="ppms-postgresql-")), free_port()
    as_nobody: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]

    def run(*command: str) -> None:
        subprocess.run([*as_nobody, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603

    data, options = f"{folder}/data", f"-p {port} -k {folder} -h 127.0.0.1"
    run(initdb, "-D", data, "-U", "power", "-A", "trust", "--no-sync")
    run(pg_ctl, "-w", "-D", data, "-o", options, "-l", f"{folder}/log", "start")
    yield f"postgresql+psycopg://power@127.0.0.1:{port}/postgres"
    run(pg_ctl, "-w", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_prices_live_in_postgresql(start_bff: StartBff, postgresql_url: str) -> None:
    """Exact, refused where they overlap, and there again after a restart."""
    first = start_bff(DATABASE_URL=postgresql_url)
    assert first.http.post("/unit_prices", json=PRICE).status_code == 201
    again = first.http.post("/unit_prices", json=PRICE)
    assert (again.status_code, again.json()["conflicts_with"]) == (409, 1)
    first.process.terminate()
    assert first.process.wait(30) == 0
    second = start_bff(DATABASE_URL=postgresql_url)
    (price,) = second.http.get("/unit_prices").json()
    assert price["price_per_kwh"] == "31.7"
    assert second.http.get("/ledger").status_code == 200
