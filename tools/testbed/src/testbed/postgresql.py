"""A real PostgreSQL with an empty data folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from testbed.process import free_port


def find_program(name: str) -> str | None:
    """Return the path of a program of the newest PostgreSQL; Debian keeps them off PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


@contextmanager
def postgresql() -> Generator[str]:
    """Run a server on a free loopback port and yield the URL of its database.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    initdb, pg_ctl = find_program("initdb"), find_program("pg_ctl")
    if not initdb or not pg_ctl:
        message = "PostgreSQL is not installed (apt install postgresql)"
        raise FileNotFoundError(message)
    folder, port = Path(tempfile.mkdtemp(prefix="ppms-postgresql-")), free_port()
    as_nobody: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "nobody")
        as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]

    def run(*command: str) -> None:
        subprocess.run([*as_nobody, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    data, options = f"{folder}/data", f"-p {port} -k {folder} -h 127.0.0.1"
    run(initdb, "-D", data, "-U", "power", "-A", "trust", "--no-sync")
    run(pg_ctl, "-w", "-D", data, "-o", options, "-l", f"{folder}/log", "start")
    try:
        yield f"postgresql+psycopg://power@127.0.0.1:{port}/postgres"
    finally:
        run(pg_ctl, "-w", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)
