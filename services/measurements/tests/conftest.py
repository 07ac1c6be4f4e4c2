"""The helpers of this folder are imported by their names; services on SQLite and PostgreSQL."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from testbed.postgresql import find_program, postgresql

sys.path.insert(0, str(Path(__file__).parent))

from board_service import HOME, Open, Running, drop_all, running


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The database of one PostgreSQL for all tests of a process; a test makes it empty."""
    if not find_program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'measurements.sqlite3'}"
    url = request.getfixturevalue("postgresql_server")
    drop_all(url)
    return url


@pytest.fixture
def home_file(tmp_path: Path) -> Path:
    """The configuration file of the home."""
    path = tmp_path / "devices.yaml"
    path.write_text(HOME, encoding="utf-8")
    return path


@pytest.fixture
def open_service(database_url: str, home_file: Path) -> Iterator[Open]:
    """Open a service; keyword arguments are settings that differ."""
    with ExitStack() as stack:

        def opened(**changed: object) -> Running:
            return stack.enter_context(running(database_url, home_file, **changed))

        yield opened


@pytest.fixture
def service(open_service: Open) -> Running:
    """A service without VictoriaMetrics."""
    return open_service()
